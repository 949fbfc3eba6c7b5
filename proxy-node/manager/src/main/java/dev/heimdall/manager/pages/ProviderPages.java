package dev.heimdall.manager.pages;

import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.login.Caller;
import dev.heimdall.manager.login.LogIn;
import dev.heimdall.manager.oidc.OpenId;
import dev.heimdall.manager.oidc.OpenIdRefused;
import dev.heimdall.manager.oidc.PendingLogIn;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * {@code /login/provider}: sends browsers to the provider, and takes them back. A browser that
 * comes from elsewhere does not send its session yet, so it is answered with a page that leads on.
 */
final class ProviderPages {
  static final String PATH = "/login/provider";
  static final String CALLBACK = PATH + "/callback";

  private static final String PURPOSE = "provider";
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final int PARTS = 3;

  private final OpenId openId;
  private final LogIn logIn;
  private final Sessions sessions;
  private final AuditLog audit;
  private final Clock clock;
  private final OutsidePage page;
  private final Supplier<String> beginning;

  /** It goes into an address, which takes no more; the provider asks users without it. */
  private static final int LONGEST_TOKEN = 8 << 10;

  /** The token of a log-in, for the log-out. */
  private record LogInToken(String text) {
    @Override
    public String toString() {
      return "a token";
    }
  }

  /**
   * State that a browser carries on its way.
   *
   * @param before the session that it had; may be empty
   */
  private record Carried(PendingLogIn pending, String before) {}

  /**
   * @param beginning the page that comes after a log-in
   */
  ProviderPages(
      OpenId openId,
      LogIn logIn,
      Sessions sessions,
      AuditLog audit,
      Clock clock,
      OutsidePage page,
      Supplier<String> beginning) {
    this.openId = openId;
    this.logIn = logIn;
    this.sessions = sessions;
    this.audit = audit;
    this.clock = clock;
    this.page = page;
    this.beginning = beginning;
  }

  Answer answer(Request request) throws Refusal {
    request.only("GET");
    return request.path().equals(CALLBACK) ? back(request) : begin(request);
  }

  private Answer begin(Request request) {
    OpenId.Begun begun;
    try {
      begun = openId.begin();
    } catch (OpenIdRefused e) {
      return refused(e.status(), e.getMessage());
    }
    String carried =
        clock.instant().plus(PATIENCE).getEpochSecond()
            + "\n"
            + Cookies.session(request).orElse("")
            + "\n"
            + begun.pending().text();
    return Templates.see(begun.at().toString())
        .with(
            "Set-Cookie", Cookies.setProvider(sessions.seal(PURPOSE, carried), PATIENCE, request));
  }

  private Answer back(Request request) throws Refusal {
    OpenId.Answer answer =
        new OpenId.Answer(
            request.query("state").orElse(""),
            request.query("code").orElse(""),
            request.query("error").orElse(""),
            request.query("iss").orElse(""));
    Optional<Carried> carried =
        Cookies.provider(request)
            .flatMap(cookie -> sessions.open(PURPOSE, cookie))
            .flatMap(this::read);
    if (carried.isEmpty()) {
      return refused(
              403, "This log-in took too long, or was begun in another browser: begin again.")
          .with("Set-Cookie", Cookies.endProvider(request));
    }
    Attempt attempt = new Attempt(carried.get().pending(), answer);
    Optional<Duration> wait = logIn.tryElsewhere(Caller.of(request), attempt::isRight);
    if (wait.isPresent()) {
      long seconds = Math.max(1, wait.get().plusMillis(999).toSeconds());
      return refused(
              429, "Too many wrong log-ins came from your address: wait %d s.".formatted(seconds))
          .with("Retry-After", Long.toString(seconds));
    }
    return attempt.person.isPresent()
        ? welcome(attempt.person.get(), carried.get(), request)
        : refused(attempt.refused.orElseThrow(), request);
  }

  /** One answer of the provider's, looked at once. */
  private final class Attempt {
    private final PendingLogIn pending;
    private final OpenId.Answer answer;
    private Optional<OpenId.Person> person = Optional.empty();
    private Optional<OpenIdRefused> refused = Optional.empty();

    Attempt(PendingLogIn pending, OpenId.Answer answer) {
      this.pending = pending;
      this.answer = answer;
    }

    boolean isRight() {
      try {
        person = Optional.of(openId.end(pending, answer));
        return true;
      } catch (OpenIdRefused e) {
        refused = Optional.of(e);
        return !e.isWrong();
      }
    }
  }

  private Optional<Carried> read(String text) {
    String[] parts = text.split("\n", PARTS);
    return clock.instant().getEpochSecond() < Long.parseLong(parts[0])
        ? PendingLogIn.read(parts[2]).map(pending -> new Carried(pending, parts[1]))
        : Optional.empty();
  }

  /** Begins a session; an earlier session of this browser ends. */
  private Answer welcome(OpenId.Person person, Carried carried, Request request) {
    audit.note(
        Action.LOG_IN,
        person.who().user(),
        request.from().getHostAddress(),
        "provider's subject " + person.subject());
    if (!carried.before().isEmpty()) {
      sessions.end(carried.before());
    }
    Session session = sessions.beginOne(person.who());
    if (person.token().length() <= LONGEST_TOKEN) {
      session.keep(LogInToken.class, Optional.of(new LogInToken(person.token())));
    }
    return page.answer(200, "You are logged in", "", beginning.get(), "Continue")
        .with("Refresh", "0; url=" + beginning.get())
        .with("Set-Cookie", Cookies.setSession(sessions.cookie(session), request));
  }

  private Answer refused(OpenIdRefused why, Request request) {
    if (!why.reason().isEmpty()) {
      audit.note(
          Action.LOG_IN_REFUSED,
          why.user(),
          request.from().getHostAddress(),
          "provider: " + why.reason());
    }
    return refused(why.status(), why.getMessage()).with("Set-Cookie", Cookies.endProvider(request));
  }

  private Answer refused(int status, String words) {
    return page.answer(
        status, "You are not logged in", words, LogInPage.PATH, "Back to the log-in");
  }

  /**
   * Returns the answer after the log-out of a user whom the provider has let in: it may still know
   * the user.
   */
  Answer farewell(Session session) {
    Optional<String> there =
        openId.farewell(session.kept(LogInToken.class).map(LogInToken::text)).map(Object::toString);
    return page.answer(
        200,
        "You are logged out",
        "Your log-in at %s goes on: you may be let in again without a password."
            .formatted(openId.words()),
        there.orElse(LogInPage.PATH),
        there.isPresent() ? "Log out of %s, too".formatted(openId.words()) : "Log in again");
  }
}
