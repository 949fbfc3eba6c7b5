package dev.heimdall.manager.pages;

import dev.heimdall.manager.accounts.AccountRefused;
import dev.heimdall.manager.accounts.PasswordHash;
import dev.heimdall.manager.login.LogIn;
import dev.heimdall.manager.login.OwnPassword;
import dev.heimdall.manager.login.Principal;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.secrets.StoreException;
import java.util.Map;
import java.util.Optional;

/** {@code /password}: one's own, which some have to change before anything else. */
final class PasswordPage {
  static final String PATH = "/password";

  /** Said to who was let in by a provider. */
  static final String ELSEWHERE =
      "You log in with a provider, which has your password and your second factor; tokens are for"
          + " accounts of this manager.";

  private final Devices devices;
  private final OwnPassword passwords;
  private final Shells shells;
  private final Templates templates;

  PasswordPage(Devices devices, OwnPassword passwords, Shells shells, Templates templates) {
    this.devices = devices;
    this.passwords = passwords;
    this.shells = shells;
    this.templates = templates;
  }

  Answer look(Session session) throws Refusal {
    ofAccount(session);
    return form(session, 200, "");
  }

  private static void ofAccount(Session session) throws Refusal {
    if (session.who().means() == Principal.Means.PROVIDER) {
      throw new Refusal(403, "not_permitted", ELSEWHERE);
    }
  }

  private Answer form(Session session, int status, String problem) {
    return templates.page(
        status,
        "password",
        Map.of(
            "shell",
            shells.of("Change your password", session),
            "must",
            session.who().due() == Principal.Due.PASSWORD,
            "problem",
            problem));
  }

  /** With another password, all sessions of its owner end, this one, too. */
  Answer change(Map<String, String> form, Session session, Request request)
      throws StoreException, Refusal {
    ofAccount(session);
    String next = form.getOrDefault("password", "");
    if (!next.equals(form.getOrDefault("again", ""))) {
      return form(session, 422, "The new password was not typed the same way twice.");
    }
    try {
      Optional<LogIn.Outcome> refused =
          passwords.change(
              session.user(),
              form.getOrDefault("current", ""),
              next,
              devices.caller(session.user(), request));
      if (refused.isEmpty()) {
        return Templates.see(LogInPage.PATH);
      }
      return refused.get() instanceof LogIn.Outcome.Wait
          ? form(session, 429, "Too many wrong passwords: wait a moment.")
          : form(session, 422, "The current password is wrong.");
    } catch (AccountRefused e) {
      return form(session, 422, e.getMessage());
    } catch (PasswordHash.Busy e) {
      return form(session, 503, e.getMessage());
    }
  }
}
