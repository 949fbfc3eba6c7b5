package dev.heimdall.manager.rest;

import dev.heimdall.manager.accounts.Accounts;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.edit.Author;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.login.LogIn;
import dev.heimdall.manager.login.OwnPassword;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Bounds;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.manager.web.Site;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** Which path does what, and who may pass. */
public final class Api implements Site {
  static final String DOCUMENTS = "/api/v1/documents";
  private static final String CHECK = "/api/v1/check";
  static final String COMMIT = "/api/v1/commit";
  static final String HISTORY = "/api/v1/history";
  static final String AUDIT = "/api/v1/audit";
  static final String ACCOUNTS = "/api/v1/accounts";
  static final String OWN_ACCOUNT = "/api/v1/account";
  static final String OWN_PASSWORD = "/api/v1/account/password";

  private final Editor editor;
  private final LogIn logIn;
  private final String version;
  private final DocumentsPath documents;
  private final ChangesPath changes;
  private final HistoryPath history;
  private final AccountsPath accounts;
  private final AuditPath auditPath;
  private final AuditLog audit;

  /**
   * One without accounts.
   *
   * @param version of the manager, which it tells
   */
  public Api(Editor editor, LogIn logIn, String version) {
    this(
        editor,
        logIn,
        version,
        Optional.empty(),
        new AuditLog(Optional.empty(), Clock.systemUTC()));
  }

  /**
   * @param version of the manager, which it tells
   * @param accounts empty: there is no place for them
   */
  public Api(
      Editor editor, LogIn logIn, String version, Optional<Accounts> accounts, AuditLog audit) {
    this.editor = editor;
    this.logIn = logIn;
    this.version = version;
    documents = new DocumentsPath(editor);
    changes = new ChangesPath(editor);
    history = new HistoryPath(editor);
    this.accounts = new AccountsPath(accounts, new OwnPassword(logIn, accounts, audit), audit);
    auditPath = new AuditPath(audit);
    this.audit = audit;
  }

  @Override
  public Admission admit(Request request) throws Refusal {
    LogIn.Who who = who(request);
    permit(request, who);
    return new Admission(
        largestBody(request.method(), request.path()), whole -> answer(whole, who));
  }

  private void permit(Request request, LogIn.Who who) throws Refusal {
    if (who.mustChange() && !Rights.isOpenBeforeChange(request)) {
      throw new Refusal(
          403,
          "password_change_required",
          "Change your password first: PUT %s.".formatted(OWN_PASSWORD));
    }
    Permission needed = Rights.needed(request);
    if (!who.role().may(needed)) {
      audit.note(
          Action.NOT_PERMITTED, who.user(), request.from().getHostAddress(), needed.spelling());
      throw new Refusal(
          403,
          "not_permitted",
          "The role %s does not have the permission %s."
              .formatted(who.role().spelling(), needed.spelling()));
    }
  }

  private static int largestBody(String method, String path) {
    return switch (method) {
      case "PUT" ->
          path.startsWith(DOCUMENTS + "/") ? DocumentStore.LARGEST : AccountsPath.LARGEST_BODY;
      case "POST" ->
          path.equals(CHECK) || path.equals(COMMIT)
              ? Bounds.LARGEST_COMMIT
              : Math.max(HistoryPath.LARGEST_BODY, AccountsPath.LARGEST_BODY);
      default -> 0;
    };
  }

  private Answer answer(Request request, LogIn.Who who) throws Refusal {
    try {
      return answered(request, who, new Author(who.user(), request.from().getHostAddress()));
    } catch (EditRefused e) {
      throw Reports.refusal(e);
    } catch (StoreException e) {
      throw Reports.refusal(e);
    }
  }

  private Answer answered(Request request, LogIn.Who who, Author author)
      throws Refusal, StoreException, EditRefused {
    String path = request.path();
    if (path.startsWith(DOCUMENTS + "/")) {
      return documents.one(path.substring(DOCUMENTS.length() + 1), request, author);
    }
    if (path.startsWith(HISTORY + "/")) {
      return history.one(path.substring(HISTORY.length() + 1), request, author);
    }
    if (path.startsWith(ACCOUNTS + "/")) {
      return accounts.one(path.substring(ACCOUNTS.length() + 1), request, author);
    }
    return switch (path) {
      case ACCOUNTS -> accounts.all(request, author);
      case OWN_ACCOUNT -> accounts.own(request, who);
      case OWN_PASSWORD -> accounts.ownPassword(request, author);
      case AUDIT -> auditPath.list(request);
      case HISTORY -> history.list(request);
      case DOCUMENTS -> documents.list(request);
      case CHECK -> changes.check(request);
      case COMMIT -> changes.commit(request, author);
      case "/version" -> version(request);
      default -> throw new Refusal(404, "not_found", "There is nothing at %s.".formatted(path));
    };
  }

  private Answer version(Request request) throws Refusal {
    request.only("GET");
    return Answer.json(
        200,
        Answer.JSON
            .createObjectNode()
            .put("version", version)
            .put("java", System.getProperty("java.version"))
            .put("place", editor.place()));
  }

  private LogIn.Who who(Request request) throws Refusal {
    Optional<String> shown = request.header("Authorization");
    LogIn.Outcome outcome = logIn.judge(shown, request.from());
    if (outcome instanceof LogIn.Outcome.In in) {
      return in.who();
    }
    if (outcome instanceof LogIn.Outcome.Wait wait) {
      throw new Refusal(
              429,
              "too_many_attempts",
              "Too many wrong passwords came from this address, or for this account: wait.")
          .header("Retry-After", Long.toString(seconds(wait.time())));
    }
    if (outcome instanceof LogIn.Outcome.Unknown) {
      throw Refusal.busy(
          "Nobody can be let in now: the manager cannot read its password; its log says why.");
    }
    throw new Refusal(
            401,
            "unauthorized",
            outcome instanceof LogIn.Outcome.Nobody
                ? "Log in with the scheme Basic."
                : "User or password is wrong.")
        .header("WWW-Authenticate", "Basic realm=\"Heimdall\", charset=\"UTF-8\"");
  }

  private static long seconds(Duration time) {
    return Math.max(1, time.plusMillis(999).toSeconds());
  }
}
