package dev.heimdall.manager.pages;

import io.nayuki.qrcodegen.QrCode;

/** A QR code: dark on light whatever the theme, as cameras want it. */
final class Picture {
  /** The margin that readers need. */
  private static final int QUIET = 4;

  private Picture() {}

  static String of(String text) {
    QrCode code = QrCode.encodeText(text, QrCode.Ecc.MEDIUM);
    int size = code.size + 2 * QUIET;
    StringBuilder path = new StringBuilder();
    for (int y = 0; y < code.size; y++) {
      for (int x = 0; x < code.size; x++) {
        if (code.getModule(x, y)) {
          path.append("M%d %dh1v1h-1z".formatted(x + QUIET, y + QUIET));
        }
      }
    }
    return """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges">\
    <path fill="#fff" d="M0 0h%dv%dH0z"/><path fill="#000" d="%s"/></svg>
    """
        .formatted(size, size, size, size, path);
  }
}
