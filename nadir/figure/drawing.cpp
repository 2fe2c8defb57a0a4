#include "nadir/figure/drawing.hpp"

#include <algorithm>

namespace nadir::figures {
namespace {

// Longer labels are cut before anything is measured.
constexpr std::size_t most_characters = 400;

}  // namespace

void Drawing::add(Shape shape) { elements.emplace_back(std::move(shape)); }
void Drawing::add(Words words) { elements.emplace_back(std::move(words)); }
void Drawing::add(Raster raster) { elements.emplace_back(std::move(raster)); }
void Drawing::add(ClipBegin clip) { elements.emplace_back(clip); }
void Drawing::add(ClipEnd clip) { elements.emplace_back(clip); }

void Drawing::add_all(const Drawing& other) { elements.insert(elements.end(), other.elements.begin(), other.elements.end()); }

void Drawing::add_line(Spot from, Spot to, const Pen& pen) { add(Shape{.outlines = {{from, to}}, .pen = pen}); }

void Drawing::add_box(const Box& box, std::optional<Colour> fill, std::optional<Pen> pen) {
  add(Shape{.outlines = {{{box.left, box.top}, {box.right(), box.top}, {box.right(), box.bottom()}, {box.left, box.bottom()}}},
            .is_closed = true,
            .fill = fill,
            .pen = std::move(pen)});
}

RichText fitted(const RichText& text, double size, double width) {
  const std::string plain = text.plain();
  if (plain.size() <= most_characters && text_width(text, size) <= width) return text;
  // The largest number of characters that fits, by halving.
  std::size_t fits = 1, too_many = std::min(plain.size(), most_characters) + 1;
  while (too_many - fits > 1) {
    const std::size_t middle = (fits + too_many) / 2;
    (text_width(RichText::of_runs({{shortened(plain, middle), false}}), size) <= width ? fits : too_many) = middle;
  }
  return RichText::of_runs({{shortened(plain, fits), false}}).shortened_from(text.whole().empty() ? plain : text.whole());
}

}  // namespace nadir::figures
