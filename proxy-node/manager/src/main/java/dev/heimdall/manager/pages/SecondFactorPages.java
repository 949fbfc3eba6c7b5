package dev.heimdall.manager.pages;

import dev.heimdall.manager.accounts.AccountRefused;
import dev.heimdall.manager.accounts.SecondFactor;
import dev.heimdall.manager.login.LogIn;
import dev.heimdall.manager.login.OwnSecondFactor;
import dev.heimdall.manager.login.Principal;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.secrets.StoreException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code /second-factor}: set up by a picture or a key, confirmed by a code, and removed. The
 * picture has a path of its own, so that the pages' policy stays what it is.
 */
final class SecondFactorPages {
  static final String PATH = "/second-factor";
  static final String PICTURE = PATH + "/picture.svg";

  private final Devices devices;
  private final LogIn logIn;
  private final OwnSecondFactor factors;
  private final Sessions sessions;

  SecondFactorPages(LogIn logIn, OwnSecondFactor factors, Sessions sessions, Devices devices) {
    this.devices = devices;
    this.logIn = logIn;
    this.factors = factors;
    this.sessions = sessions;
  }

  Answer look(Visit visit) throws StoreException {
    return look(visit, 200, "");
  }

  private Answer look(Visit visit, int status, String problem) throws StoreException {
    Optional<SecondFactor> factor = factors.find(visit.user());
    AccountView.Factor view =
        new AccountView.Factor(
            factor.filter(SecondFactor::on).isPresent(),
            factor
                .filter(there -> !there.on())
                .map(there -> there.secret().replaceAll("(.{4})(?=.)", "$1 "))
                .orElse(""),
            factor.map(there -> there.recovery().size()).orElse(0),
            visit.session().who().due() == Principal.Due.SECOND_FACTOR,
            problem);
    return visit.page(status, "factor", "Second factor", Map.of("view", view));
  }

  /** Of what is offered; what is on is not shown again. */
  Answer picture(Visit visit) throws Refusal, StoreException {
    String secret =
        factors
            .find(visit.user())
            .filter(there -> !there.on())
            .map(SecondFactor::secret)
            .orElseThrow(() -> new Refusal(404, "not_found", "Nothing is being set up."));
    return Answer.of(
        200,
        "image/svg+xml",
        Picture.of(OwnSecondFactor.uri(visit.user(), secret)).getBytes(StandardCharsets.UTF_8));
  }

  private interface Step {
    Answer take() throws AccountRefused, StoreException;
  }

  /** Takes a step, once the password was shown again. */
  private Answer withPassword(Visit visit, Step step) throws StoreException {
    Optional<LogIn.Outcome> refused =
        logIn.refusal(
            visit.user(),
            visit.field("password").orElse(""),
            devices.caller(visit.user(), visit.request()));
    if (refused.isPresent()) {
      return refused.get() instanceof LogIn.Outcome.Wait
          ? look(visit, 429, "Too many wrong passwords: wait a moment.")
          : look(visit, 422, "The password is wrong.");
    }
    try {
      return step.take();
    } catch (AccountRefused e) {
      return look(visit, 422, e.getMessage());
    }
  }

  Answer offer(Visit visit) throws StoreException {
    return withPassword(
        visit,
        () -> {
          factors.offer(visit.user());
          return visit.see(PATH);
        });
  }

  Answer confirm(Visit visit) throws StoreException {
    try {
      List<String> recovery =
          factors.confirm(visit.user(), visit.field("code").orElse(""), visit.request().from());
      return goingOn(
          visit, () -> visit.page(200, "recovery", "Recovery codes", Map.of("codes", recovery)));
    } catch (AccountRefused e) {
      return look(visit, 422, e.getMessage());
    }
  }

  Answer remove(Visit visit) throws StoreException {
    return withPassword(
        visit,
        () -> {
          factors.remove(visit.user(), visit.request().from());
          visit.tell("Your account has no second factor any more.");
          return goingOn(visit, () -> visit.see(AccountPage.PATH));
        });
  }

  private interface Shown {
    Answer answer();
  }

  /** All other sessions of the account end; this one is by what is shown at log-ins from now on. */
  private Answer goingOn(Visit visit, Shown shown) {
    logIn.now(visit.user()).ifPresent(visit.session()::who);
    return shown
        .answer()
        .with("Set-Cookie", Cookies.setSession(sessions.cookie(visit.session()), visit.request()));
  }
}
