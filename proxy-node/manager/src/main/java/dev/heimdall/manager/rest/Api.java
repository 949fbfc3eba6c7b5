package dev.heimdall.manager.rest;

import dev.heimdall.manager.edit.Author;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.login.LogIn;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Bounds;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.manager.web.Site;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import java.time.Duration;
import java.util.Optional;

/** Which path does what, and who may pass. */
public final class Api implements Site {
  private static final String DOCUMENTS = "/api/v1/documents";
  private static final String CHECK = "/api/v1/check";
  private static final String COMMIT = "/api/v1/commit";
  private static final String HISTORY = "/api/v1/history";

  private final Editor editor;
  private final LogIn logIn;
  private final String version;
  private final DocumentsPath documents;
  private final ChangesPath changes;
  private final HistoryPath history;

  /**
   * @param version of the manager, which it tells
   */
  public Api(Editor editor, LogIn logIn, String version) {
    this.editor = editor;
    this.logIn = logIn;
    this.version = version;
    documents = new DocumentsPath(editor);
    changes = new ChangesPath(editor);
    history = new HistoryPath(editor);
  }

  @Override
  public Admission admit(Request request) throws Refusal {
    Author author = author(request);
    return new Admission(
        largestBody(request.method(), request.path()), whole -> answer(whole, author));
  }

  private static int largestBody(String method, String path) {
    return switch (method) {
      case "PUT" -> path.startsWith(DOCUMENTS + "/") ? DocumentStore.LARGEST : 0;
      case "POST" ->
          path.equals(CHECK) || path.equals(COMMIT)
              ? Bounds.LARGEST_COMMIT
              : path.startsWith(HISTORY + "/") ? HistoryPath.LARGEST_BODY : 0;
      default -> 0;
    };
  }

  private Answer answer(Request request, Author author) throws Refusal {
    try {
      return answered(request, author);
    } catch (EditRefused e) {
      throw Reports.refusal(e);
    } catch (StoreException e) {
      throw Reports.refusal(e);
    }
  }

  private Answer answered(Request request, Author author)
      throws Refusal, StoreException, EditRefused {
    String path = request.path();
    if (path.startsWith(DOCUMENTS + "/")) {
      return documents.one(path.substring(DOCUMENTS.length() + 1), request, author);
    }
    if (path.startsWith(HISTORY + "/")) {
      return history.one(path.substring(HISTORY.length() + 1), request, author);
    }
    return switch (path) {
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

  private Author author(Request request) throws Refusal {
    Optional<String> shown = request.header("Authorization");
    LogIn.Outcome outcome = logIn.judge(shown, request.from());
    if (outcome instanceof LogIn.Outcome.Welcome welcome) {
      return new Author(welcome.user(), request.from().getHostAddress());
    }
    if (outcome instanceof LogIn.Outcome.Wait wait) {
      throw new Refusal(
              429, "too_many_attempts", "Too many wrong passwords came from this address: wait.")
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
                ? "Log in as admin, with the scheme Basic."
                : "User or password is wrong.")
        .header("WWW-Authenticate", "Basic realm=\"Heimdall\", charset=\"UTF-8\"");
  }

  private static long seconds(Duration time) {
    return Math.max(1, time.plusMillis(999).toSeconds());
  }
}
