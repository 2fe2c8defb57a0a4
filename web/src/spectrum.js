// How the surface bends at the point: eigenvalues of the Hessian.
import {section} from "./dom.js";
import {curvatureParts} from "./landscape.js";

export function curvatureSection(page) {
  const parts = curvatureParts(page);
  return parts && section("curvature", "How the surface bends", parts);
}
