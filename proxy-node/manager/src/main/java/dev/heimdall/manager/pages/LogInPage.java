package dev.heimdall.manager.pages;

import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.login.LogIn;
import dev.heimdall.manager.login.Principal;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** {@code /login}: the form, with help for the first time, and what is made of it. */
final class LogInPage {
  static final String PATH = "/login";

  /** Path that the form of the second step is sent to. */
  static final String CODE = "/login/code";

  static final int LARGEST_FORM = 8 << 10;

  private static final String PURPOSE = "code";
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final LogIn logIn;
  private final Sessions sessions;
  private final Devices devices;
  private final Clock clock;
  private final Shells shells;
  private final Templates templates;
  private final Supplier<String> beginning;
  private final Optional<String> provider;

  /**
   * @param beginning the page that comes then
   * @param provider what the provider is called with whom one can log in as well
   */
  LogInPage(
      LogIn logIn,
      Sessions sessions,
      Devices devices,
      Clock clock,
      Shells shells,
      Templates templates,
      Supplier<String> beginning,
      Optional<String> provider) {
    this.beginning = beginning;
    this.provider = provider;
    this.logIn = logIn;
    this.sessions = sessions;
    this.devices = devices;
    this.clock = clock;
    this.shells = shells;
    this.templates = templates;
  }

  Answer answer(Request request) throws Refusal {
    request.only("GET", "POST");
    if (request.method().equals("POST")) {
      return entered(request);
    }
    return request.path().equals(PATH) ? form(request, 200, "") : Templates.see(PATH);
  }

  private Answer form(Request request, int status, String problem) {
    String token = Cookies.form(request).orElseGet(sessions::token);
    return templates
        .page(
            status,
            "login",
            Map.of(
                "shell", shells.outside("Log in", token), "problem", problem, "provider", provider))
        .with("Set-Cookie", Cookies.setForm(token, request));
  }

  private Answer entered(Request request) throws Refusal {
    Map<String, String> form = request.form(LARGEST_FORM);
    Optional<String> expected = Cookies.form(request);
    if (expected.isEmpty() || !same(expected.get(), form.getOrDefault("csrf", ""))) {
      return form(
          request, 403, "This form was too old, or your browser takes no cookies: try again.");
    }
    return request.path().equals(PATH)
        ? passwordEntered(form, request)
        : codeEntered(form, request);
  }

  private Answer passwordEntered(Map<String, String> form, Request request) {
    String user = form.getOrDefault("user", "");
    LogIn.Outcome outcome =
        logIn.judge(user, form.getOrDefault("password", ""), devices.caller(user, request));
    if (outcome instanceof LogIn.Outcome.In in) {
      return welcome(in.who(), request);
    }
    if (outcome instanceof LogIn.Outcome.CodeNeeded needed) {
      return codeForm(request, 200, ticket(needed.who()), "");
    }
    return refused(
        outcome, "User or password is wrong.", (status, words) -> form(request, status, words));
  }

  private Answer codeEntered(Map<String, String> form, Request request) {
    String ticket = form.getOrDefault("ticket", "");
    Optional<Principal> who = sessions.open(PURPOSE, ticket).flatMap(this::holder);
    if (who.isEmpty()) {
      return form(request, 403, "That took too long: begin again.");
    }
    LogIn.Outcome outcome =
        logIn.judgeCode(
            who.get(), form.getOrDefault("code", ""), devices.caller(who.get().user(), request));
    return outcome instanceof LogIn.Outcome.In in
        ? welcome(in.who(), request)
        : refused(
            outcome,
            "This code is wrong, or was used before. The next one is shown within half a minute.",
            (status, words) -> codeForm(request, status, ticket, words));
  }

  /** Begins a session; an earlier session of this browser ends. */
  private Answer welcome(Principal who, Request request) {
    Cookies.session(request).ifPresent(sessions::end);
    Answer answer =
        Templates.see(beginning.get())
            .with("Set-Cookie", Cookies.setSession(sessions.begin(who), request));
    return devices.known(answer, who.user(), request);
  }

  private interface Again {
    Answer form(int status, String problem);
  }

  private static Answer refused(LogIn.Outcome outcome, String wrong, Again again) {
    if (outcome instanceof LogIn.Outcome.Wait wait) {
      long seconds = Math.max(1, wait.time().plusMillis(999).toSeconds());
      return again
          .form(
              429,
              "Too many wrong ones came from your address, or for this user: wait %d s."
                  .formatted(seconds))
          .with("Retry-After", Long.toString(seconds));
    }
    if (outcome instanceof LogIn.Outcome.Unknown) {
      return again.form(
          503,
          "No log-in is possible now: the manager cannot read its password, or write down that a"
              + " code was used; its log says why.");
    }
    return again.form(401, wrong);
  }

  /** That his password was right a moment ago; the browser carries it. */
  private String ticket(Principal who) {
    return sessions.seal(
        PURPOSE,
        clock.instant().plus(PATIENCE).getEpochSecond()
            + "\n"
            + who.generation()
            + "\n"
            + who.user());
  }

  private Optional<Principal> holder(String ticket) {
    String[] parts = ticket.split("\n", 3);
    return clock.instant().getEpochSecond() < Long.parseLong(parts[0])
        ? Optional.of(
            Principal.byPassword(parts[2], Role.READ_ONLY, Principal.Due.NOTHING, parts[1]))
        : Optional.empty();
  }

  private Answer codeForm(Request request, int status, String ticket, String problem) {
    return templates.page(
        status,
        "code",
        Map.of(
            "shell",
            shells.outside("Log in", Cookies.form(request).orElse("")),
            "ticket",
            ticket,
            "problem",
            problem));
  }

  private static boolean same(String one, String other) {
    return MessageDigest.isEqual(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }
}
