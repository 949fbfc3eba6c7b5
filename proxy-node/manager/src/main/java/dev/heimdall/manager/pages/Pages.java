package dev.heimdall.manager.pages;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.login.LogIn;
import dev.heimdall.manager.login.OwnPassword;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Bounds;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.manager.web.Site;
import dev.heimdall.secrets.StoreException;
import java.util.Map;
import java.util.Optional;

/** Which page is where, and who may see it. */
public final class Pages implements Site {
  private static final String LOG_OUT = "/logout";

  private final LogIn logIn;
  private final Sessions sessions = new Sessions(System::nanoTime);
  private final Assets assets = new Assets();
  private final Templates templates = new Templates();
  private final Shells shells;
  private final LogInPage logInPage;
  private final OverviewPage overview;
  private final DocumentPages documents;
  private final DraftPages drafts;
  private final PasswordPage passwords;
  private final AuditLog audit;

  /**
   * @param audit gets what was not permitted
   */
  public Pages(Editor editor, LogIn logIn, OwnPassword ownPassword, AuditLog audit) {
    this.logIn = logIn;
    this.audit = audit;
    MaskedText masks = new MaskedText();
    shells = new Shells(assets, editor.place());
    logInPage = new LogInPage(logIn, sessions, shells, templates);
    overview = new OverviewPage(editor, shells, templates);
    documents = new DocumentPages(editor, masks, shells, templates, sessions::token);
    drafts = new DraftPages(editor, masks, shells, templates);
    passwords = new PasswordPage(ownPassword, shells, templates);
  }

  @Override
  public Admission admit(Request request) throws Refusal {
    String path = request.path();
    if (path.startsWith(Assets.PATH)) {
      return new Admission(0, assets::answer);
    }
    if (path.equals(LogInPage.PATH)) {
      return new Admission(LogInPage.LARGEST_FORM, logInPage::answer);
    }
    Optional<Session> session =
        Cookies.session(request).flatMap(token -> sessions.find(token, logIn::still));
    if (session.isPresent()) {
      return new Admission(Bounds.LARGEST_COMMIT, whole -> answer(whole, session.get()));
    }
    if (request.header("HX-Request").isPresent()) {
      // A part of a page cannot send its browser elsewhere otherwise.
      throw unknown().header("HX-Redirect", LogInPage.PATH);
    }
    if (request.header("Accept").filter(types -> types.contains("text/html")).isEmpty()) {
      throw unknown();
    }
    return new Admission(0, whole -> Templates.see(LogInPage.PATH));
  }

  private static Refusal unknown() {
    return new Refusal(401, "unauthorized", "Log in with the scheme Basic.")
        .header("WWW-Authenticate", "Basic realm=\"Heimdall\", charset=\"UTF-8\"");
  }

  private Answer answer(Request request, Session session) {
    try {
      Map<String, String> form = Map.of();
      if (request.method().equals("POST")) {
        form = request.form(Bounds.LARGEST_COMMIT);
        if (!session.isCsrf(form.getOrDefault("csrf", ""))) {
          throw new Refusal(
              403, "foreign_form", "This form is not of this session: load it again.");
        }
      }
      if (session.who().mustChange() && !isOpenBeforeChange(request.path())) {
        return Templates.see(PasswordPage.PATH);
      }
      permit(request, session);
      return answer(request, form, session);
    } catch (Refusal e) {
      return problem(session, e.status(), e.getMessage());
    } catch (EditRefused e) {
      return problem(session, 503, e.getMessage());
    } catch (StoreException e) {
      return problem(session, 503, e.getMessage());
    }
  }

  private static boolean isOpenBeforeChange(String path) {
    return path.equals(PasswordPage.PATH) || path.equals(LOG_OUT);
  }

  private void permit(Request request, Session session) throws Refusal {
    Permission needed = needed(request.path());
    if (!isOpenBeforeChange(request.path()) && !session.may(needed)) {
      audit.note(
          Action.NOT_PERMITTED, session.user(), request.from().getHostAddress(), needed.spelling());
      throw new Refusal(
          403,
          "not_permitted",
          "Your role is %s, and does not have the permission %s."
              .formatted(session.who().role().spelling(), needed.spelling()));
    }
  }

  /** Documents are shown without their secrets; what is not known to be harmless needs more. */
  private static Permission needed(String path) {
    return path.equals("/") || path.startsWith(DocumentPages.PATH)
        ? Permission.READ_CONFIGURATION
        : Permission.CHANGE_CONFIGURATION;
  }

  private Answer problem(Session session, int status, String words) {
    return templates.page(
        status,
        "problem",
        Map.of("shell", shells.of("That did not work", session), "words", words));
  }

  private Answer answer(Request request, Map<String, String> form, Session session)
      throws Refusal, StoreException, EditRefused {
    String path = request.path();
    if (path.startsWith(DocumentPages.PATH)) {
      request.only("GET");
      return documents.edit(path.substring(DocumentPages.PATH.length()), session);
    }
    return switch (path) {
      case "/" -> {
        request.only("GET");
        yield overview.answer(session);
      }
      case LOG_OUT -> {
        request.only("POST");
        Cookies.session(request).ifPresent(sessions::end);
        yield Templates.see(LogInPage.PATH).with("Set-Cookie", Cookies.endSession(request));
      }
      case PasswordPage.PATH -> {
        request.only("GET", "POST");
        yield request.method().equals("POST")
            ? passwords.change(form, session, request.from())
            : passwords.form(session, 200, "");
      }
      case "/new" -> {
        request.only("GET", "POST");
        yield request.method().equals("POST") ? documents.named(form) : documents.name(session);
      }
      case "/check" -> {
        request.only("POST");
        yield documents.check(form, session);
      }
      case "/review" -> {
        request.only("POST");
        yield documents.review(form, session);
      }
      case "/draft" -> {
        request.only("GET");
        yield drafts.look(session);
      }
      case "/draft/edit" -> {
        request.only("GET");
        yield drafts.edit(session);
      }
      case "/draft/commit" -> {
        request.only("POST");
        yield drafts.commit(form, session, request.from());
      }
      case "/draft/over" -> {
        request.only("POST");
        yield drafts.over(form, session);
      }
      default -> throw new Refusal(404, "not_found", "There is no such page.");
    };
  }
}
