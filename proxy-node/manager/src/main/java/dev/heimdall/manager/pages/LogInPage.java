package dev.heimdall.manager.pages;

import dev.heimdall.manager.login.LogIn;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;

/** {@code /login}: the form, with help for the first time, and what is made of it. */
final class LogInPage {
  static final String PATH = "/login";
  static final int LARGEST_FORM = 8 << 10;

  private final LogIn logIn;
  private final Sessions sessions;
  private final Shells shells;
  private final Templates templates;

  LogInPage(LogIn logIn, Sessions sessions, Shells shells, Templates templates) {
    this.logIn = logIn;
    this.sessions = sessions;
    this.shells = shells;
    this.templates = templates;
  }

  Answer answer(Request request) throws Refusal {
    request.only("GET", "POST");
    return request.method().equals("POST") ? entered(request) : form(request, 200, "");
  }

  private Answer form(Request request, int status, String problem) {
    String token = Cookies.form(request).orElseGet(sessions::token);
    return templates
        .page(status, "login", Map.of("shell", shells.outside("Log in", token), "problem", problem))
        .with("Set-Cookie", Cookies.setForm(token, request));
  }

  private Answer entered(Request request) throws Refusal {
    Map<String, String> form = request.form(LARGEST_FORM);
    Optional<String> expected = Cookies.form(request);
    if (expected.isEmpty() || !same(expected.get(), form.getOrDefault("csrf", ""))) {
      return form(
          request, 403, "This form was too old, or your browser takes no cookies: try again.");
    }
    LogIn.Outcome outcome =
        logIn.judge(
            form.getOrDefault("user", ""), form.getOrDefault("password", ""), request.from());
    if (outcome instanceof LogIn.Outcome.In in) {
      // Whoever had a session here before has it no more.
      Cookies.session(request).ifPresent(sessions::end);
      return Templates.see("/")
          .with("Set-Cookie", Cookies.setSession(sessions.begin(in.who()), request));
    }
    if (outcome instanceof LogIn.Outcome.Wait wait) {
      long seconds = Math.max(1, wait.time().plusMillis(999).toSeconds());
      return form(
              request,
              429,
              "Too many wrong passwords came from your address, or for this user: wait %d s."
                  .formatted(seconds))
          .with("Retry-After", Long.toString(seconds));
    }
    if (outcome instanceof LogIn.Outcome.Unknown) {
      return form(
          request,
          503,
          "Nobody can be let in now: the manager cannot read its password; its log says why.");
    }
    return form(request, 401, "User or password is wrong.");
  }

  private static boolean same(String one, String other) {
    return MessageDigest.isEqual(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }
}
