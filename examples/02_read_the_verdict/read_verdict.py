"""What a program does with a verdict: look at the headline first, then at how far it may be trusted."""
import json
import sys

verdict = json.load(open(sys.argv[1]))
assert verdict["schema"] == "nadir.verdict/1"
print(f"verdict: {verdict['verdict']} ({verdict['rigor']})")
print(f"within the tolerance: {verdict['relative_gap'] <= verdict['tolerance']}")
for evidence in verdict["evidence"]:
    if evidence["standing"] == "holds" and evidence["rigor"] == "proved":
        print(f"proved: {evidence['claim']}")
