package dev.heimdall.manager.pages;

import dev.heimdall.manager.web.Answer;
import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Pages from templates, which are compiled with the code and escape what they are given. */
final class Templates {
  /** Scripts and styles are the manager's own files; no site puts a page into one of its own. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

  private final TemplateEngine engine = TemplateEngine.createPrecompiled(ContentType.Html);

  /** A page, or a part of one. */
  Answer page(int status, String template, Map<String, Object> parameters) {
    StringOutput out = new StringOutput();
    engine.render(template + ".jte", parameters, out);
    return guarded(
        Answer.of(
            status, "text/html; charset=utf-8", out.toString().getBytes(StandardCharsets.UTF_8)));
  }

  /** Sends the browser there, with GET. */
  static Answer see(String path) {
    return guarded(Answer.empty(303).with("Location", path));
  }

  private static Answer guarded(Answer answer) {
    return answer
        .with("Content-Security-Policy", POLICY)
        .with("Referrer-Policy", "same-origin")
        .with("X-Frame-Options", "DENY")
        .with("Cross-Origin-Opener-Policy", "same-origin")
        .with("Cross-Origin-Resource-Policy", "same-origin")
        .with("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
  }
}
