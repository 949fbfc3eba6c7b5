package dev.heimdall.manager.pages;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.login.LogIn;
import dev.heimdall.manager.login.OwnPassword;
import dev.heimdall.manager.masks.MaskedText;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Bounds;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.manager.web.Routes;
import dev.heimdall.manager.web.Site;
import dev.heimdall.secrets.StoreException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which page is where, and who may see it. */
public final class Pages implements Site {
  private final LogIn logIn;
  private final Sessions sessions = new Sessions(System::nanoTime);
  private final Assets assets;
  private final LogInPage logInPage;
  private final Visit.Maker maker;
  private final Routes<Placed> routes;
  private final AuditLog audit;

  /** A page, and what it loads. */
  private record Placed(Page page, List<Asset> assets) implements Routes.Route {
    @Override
    public String method() {
      return page.method();
    }

    @Override
    public String path() {
      return page.path();
    }
  }

  /**
   * @param audit gets what was not permitted
   * @param masks how documents are shown
   * @param subjects what there is besides the configuration's documents
   */
  public Pages(
      Editor editor,
      LogIn logIn,
      OwnPassword ownPassword,
      AuditLog audit,
      MaskedText masks,
      List<Subject> subjects) {
    this.logIn = logIn;
    this.audit = audit;
    assets =
        new Assets(
            subjects.stream()
                .flatMap(subject -> subject.assets().stream())
                .collect(Collectors.toCollection(LinkedHashSet::new)));
    Templates templates = new Templates();
    Shells shells = new Shells(assets, entries(subjects), editor.place());
    maker = new Visit.Maker(shells, templates, masks, sessions::token);
    logInPage = new LogInPage(logIn, sessions, shells, templates);
    List<Placed> placed = new ArrayList<>();
    own(editor, ownPassword).forEach(page -> placed.add(new Placed(page, List.of())));
    for (Subject subject : subjects) {
      subject.pages().forEach(page -> placed.add(new Placed(page, subject.assets())));
    }
    routes = new Routes<>(placed);
  }

  private static List<Entry> entries(List<Subject> subjects) {
    List<Entry> entries = new ArrayList<>();
    entries.add(new Entry("Overview", OverviewPage.PATH, Permission.READ_CONFIGURATION));
    subjects.forEach(subject -> entries.addAll(subject.entries()));
    entries.add(new Entry("New document", "/new", Permission.CHANGE_CONFIGURATION));
    entries.add(new Entry("Password", PasswordPage.PATH, Permission.OWN_ACCOUNT));
    return entries;
  }

  /** Documents are shown without their secrets. */
  private List<Page> own(Editor editor, OwnPassword ownPassword) {
    Shells shells = maker.shells();
    Templates templates = maker.templates();
    OverviewPage overview = new OverviewPage(editor, shells, templates);
    DocumentPages documents =
        new DocumentPages(editor, maker.masks(), shells, templates, maker.ids());
    DraftPages drafts = new DraftPages(editor, maker.masks(), shells, templates);
    PasswordPage passwords = new PasswordPage(ownPassword, shells, templates);
    return List.of(
        Page.get(
            OverviewPage.PATH,
            Permission.READ_CONFIGURATION,
            visit -> overview.answer(visit.session())),
        Page.get(
            DocumentPages.PATH + "{name...}",
            Permission.READ_CONFIGURATION,
            visit -> documents.edit(visit.part(0), visit.session())),
        change(Page::get, "/new", visit -> documents.name(visit.session())),
        change(Page::post, "/new", visit -> documents.named(visit.form())),
        change(Page::post, "/check", visit -> documents.check(visit.form(), visit.session())),
        change(Page::post, "/review", visit -> documents.review(visit.form(), visit.session())),
        change(Page::get, DraftPages.PATH, visit -> drafts.look(visit.session())),
        change(Page::get, DraftPages.PATH + "/edit", visit -> drafts.edit(visit.session())),
        change(
            Page::post,
            DraftPages.PATH + "/commit",
            visit -> drafts.commit(visit.form(), visit.session(), visit.request().from())),
        change(
            Page::post,
            DraftPages.PATH + "/over",
            visit -> drafts.over(visit.form(), visit.session())),
        Page.get(
            PasswordPage.PATH,
            Permission.OWN_ACCOUNT,
            visit -> passwords.form(visit.session(), 200, "")),
        Page.post(
            PasswordPage.PATH,
            Permission.OWN_ACCOUNT,
            visit -> passwords.change(visit.form(), visit.session(), visit.request().from())),
        Page.post("/logout", Permission.OWN_ACCOUNT, this::logOut));
  }

  private interface Making {
    Page page(String path, Permission permission, Page.Handler handler);
  }

  private static Page change(Making making, String path, Page.Handler handler) {
    return making.page(path, Permission.CHANGE_CONFIGURATION, handler);
  }

  private Answer logOut(Visit visit) {
    Cookies.session(visit.request()).ifPresent(sessions::end);
    return Templates.see(LogInPage.PATH).with("Set-Cookie", Cookies.endSession(visit.request()));
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
      Routes.Found<Placed> found = routes.find(request);
      Page page = found.route().page();
      if (session.who().mustChange() && page.permission() != Permission.OWN_ACCOUNT) {
        return Templates.see(PasswordPage.PATH);
      }
      permit(page, request, session);
      return page.handler()
          .answer(new Visit(request, found.parts(), form, session, maker, found.route().assets()));
    } catch (Refusal e) {
      return problem(session, e.status(), e.getMessage());
    } catch (EditRefused e) {
      return problem(session, 503, e.getMessage());
    } catch (StoreException e) {
      return problem(session, 503, e.getMessage());
    }
  }

  private void permit(Page page, Request request, Session session) throws Refusal {
    Permission needed = page.permission();
    if (needed != Permission.OWN_ACCOUNT && !session.may(needed)) {
      audit.note(
          Action.NOT_PERMITTED, session.user(), request.from().getHostAddress(), needed.spelling());
      throw new Refusal(
          403,
          "not_permitted",
          "Your role is %s, and does not have the permission %s."
              .formatted(session.who().role().spelling(), needed.spelling()));
    }
  }

  private Answer problem(Session session, int status, String words) {
    return maker
        .templates()
        .page(
            status,
            "problem",
            Map.of("shell", maker.shells().of("That did not work", session), "words", words));
  }
}
