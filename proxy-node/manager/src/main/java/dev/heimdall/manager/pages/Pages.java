package dev.heimdall.manager.pages;

import dev.heimdall.manager.accounts.Access;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.login.LogIn;
import dev.heimdall.manager.login.OwnPassword;
import dev.heimdall.manager.login.OwnSecondFactor;
import dev.heimdall.manager.login.OwnTokens;
import dev.heimdall.manager.login.Principal;
import dev.heimdall.manager.masks.MaskedText;
import dev.heimdall.manager.oidc.OpenId;
import dev.heimdall.manager.sessions.SessionBook;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Bounds;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.manager.web.Routes;
import dev.heimdall.manager.web.Site;
import dev.heimdall.secrets.StoreException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Pages by path, and the permissions to see them. */
public final class Pages implements Site {
  private final LogIn logIn;
  private final Sessions sessions;
  private final Devices devices;

  private final Assets assets;
  private final LogInPage logInPage;
  private final Optional<OpenId> openId;
  private final Optional<ProviderPages> provider;
  private final Visit.Maker maker;
  private final Routes<Placed> routes;
  private final AuditLog audit;
  private final PageTurns turns;

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
   * @param openId with whom one can log in besides; empty: none
   * @param access empty: there are no accounts
   * @param book of sessions
   * @param audit gets what was not permitted
   * @param masks how documents are shown
   * @param subjects what there is besides the configuration's documents
   */
  public Pages(
      Editor editor,
      LogIn logIn,
      Optional<OpenId> openId,
      Optional<Access> access,
      SessionBook book,
      AuditLog audit,
      MaskedText masks,
      List<Subject> subjects) {
    this(
        editor,
        logIn,
        openId,
        access,
        book,
        audit,
        masks,
        subjects,
        new PageTurns(Runtime.getRuntime().maxMemory()));
  }

  Pages(
      Editor editor,
      LogIn logIn,
      Optional<OpenId> openId,
      Optional<Access> access,
      SessionBook book,
      AuditLog audit,
      MaskedText masks,
      List<Subject> subjects,
      PageTurns turns) {
    this.turns = turns;
    this.logIn = logIn;
    this.openId = openId;
    this.audit = audit;
    Clock clock = Clock.systemUTC();
    sessions = new Sessions(book, clock);
    devices = new Devices(sessions, clock);
    assets =
        new Assets(
            subjects.stream()
                .flatMap(subject -> subject.assets().stream())
                .collect(Collectors.toCollection(LinkedHashSet::new)));
    Templates templates = new Templates();
    Shells shells = new Shells(assets, entries(subjects), editor.place(), () -> banner(subjects));
    maker = new Visit.Maker(shells, templates, masks, sessions::token);
    Supplier<String> beginning = () -> beginning(subjects);
    logInPage =
        new LogInPage(
            logIn,
            sessions,
            devices,
            clock,
            shells,
            templates,
            beginning,
            openId.map(OpenId::words));
    provider =
        openId.map(
            its ->
                new ProviderPages(
                    its,
                    logIn,
                    sessions,
                    audit,
                    clock,
                    new OutsidePage(shells, templates),
                    beginning));
    List<Placed> placed = new ArrayList<>();
    Stream.concat(documents(editor).stream(), account(access).stream())
        .forEach(page -> placed.add(new Placed(page, List.of())));
    for (Subject subject : subjects) {
      subject.pages().forEach(page -> placed.add(new Placed(page, subject.assets())));
    }
    routes = new Routes<>(placed);
  }

  private static String beginning(List<Subject> subjects) {
    return subjects.stream()
        .flatMap(subject -> subject.beginning().stream())
        .findFirst()
        .orElse(OverviewPage.PATH);
  }

  private static Optional<Banner> banner(List<Subject> subjects) {
    return subjects.stream().flatMap(subject -> subject.banner().stream()).findFirst();
  }

  private static List<Entry> entries(List<Subject> subjects) {
    List<Entry> entries = new ArrayList<>();
    entries.add(new Entry("Overview", OverviewPage.PATH, Permission.READ_CONFIGURATION));
    subjects.forEach(subject -> entries.addAll(subject.entries()));
    entries.add(new Entry("New…", "/new", Permission.CHANGE_CONFIGURATION));
    entries.add(new Entry(Entry.Group.PEOPLE, "Account", AccountPage.PATH, Permission.OWN_TOKENS));
    return entries;
  }

  /** Documents are shown without their secrets. */
  private List<Page> documents(Editor editor) {
    Shells shells = maker.shells();
    Templates templates = maker.templates();
    OverviewPage overview = new OverviewPage(editor, shells, templates);
    DocumentPages documents =
        new DocumentPages(editor, maker.masks(), shells, templates, maker.ids());
    DraftPages drafts = new DraftPages(editor, maker.masks(), shells, templates);
    return List.of(
        Page.get(
            OverviewPage.PATH,
            Permission.READ_CONFIGURATION,
            visit -> overview.answer(visit.session())),
        Page.get(
            Links.DOCUMENTS + "{name...}",
            Permission.READ_CONFIGURATION,
            visit -> documents.edit(visit.part(0), visit.session())),
        Page.get("/schemas/{kind}", Permission.READ_CONFIGURATION, documents::schema),
        change(
            Page::get,
            "/new",
            visit -> documents.name(visit.request().query("kind").orElse("vdbs"), visit.session())),
        change(Page::post, "/new", visit -> documents.named(visit.form())),
        change(Page::post, "/check", visit -> documents.check(visit.form(), visit.session())),
        change(Page::post, "/review", visit -> documents.review(visit.form(), visit.session())),
        change(Page::get, Links.DRAFT, visit -> drafts.look(visit.session())),
        change(Page::get, Links.DRAFT_EDITOR, visit -> drafts.edit(visit.session())),
        change(
            Page::post,
            Links.DRAFT + "/commit",
            visit -> drafts.commit(visit.form(), visit.session(), visit.request().from())),
        change(
            Page::post,
            Links.DRAFT + "/merge",
            visit -> drafts.merge(visit.form(), visit.session())),
        change(
            Page::post,
            Links.DRAFT + "/over",
            visit -> drafts.over(visit.form(), visit.session())));
  }

  /** Of one's own. */
  private List<Page> account(Optional<Access> access) {
    OwnPassword ownPassword = new OwnPassword(logIn, access, audit);
    PasswordPage passwords =
        new PasswordPage(devices, ownPassword, maker.shells(), maker.templates());
    OwnSecondFactor factor = new OwnSecondFactor(access, audit);
    OwnTokens tokens = new OwnTokens(logIn, access, audit);
    SecondFactorPages factors = new SecondFactorPages(logIn, factor, sessions, devices);
    TokenPages tokenPages = new TokenPages(tokens);
    AccountPage own = new AccountPage(factor, tokens);
    return List.of(
        Page.get(AccountPage.PATH, Permission.OWN_TOKENS, own::look),
        Page.get(SecondFactorPages.PATH, Permission.OWN_FACTOR, factors::look),
        Page.get(SecondFactorPages.PICTURE, Permission.OWN_FACTOR, factors::picture),
        Page.post(SecondFactorPages.PATH, Permission.OWN_FACTOR, factors::offer),
        Page.post(SecondFactorPages.PATH + "/confirm", Permission.OWN_FACTOR, factors::confirm),
        Page.post(SecondFactorPages.PATH + "/remove", Permission.OWN_FACTOR, factors::remove),
        Page.post(TokenPages.PATH, Permission.OWN_TOKENS, tokenPages::create),
        Page.post(TokenPages.PATH + "/{id}/revoke", Permission.OWN_TOKENS, tokenPages::revoke),
        Page.get(
            PasswordPage.PATH, Permission.OWN_ACCOUNT, visit -> passwords.look(visit.session())),
        Page.post(
            PasswordPage.PATH,
            Permission.OWN_ACCOUNT,
            visit -> passwords.change(visit.form(), visit.session(), visit.request())),
        Page.post("/logout", Permission.OWN_ACCOUNT, this::logOut));
  }

  private interface Making {
    Page page(String path, Permission permission, Page.Handler handler);
  }

  private static Page change(Making making, String path, Page.Handler handler) {
    return making.page(path, Permission.CHANGE_CONFIGURATION, handler);
  }

  private Answer logOut(Visit visit) {
    Cookies.session(visit.request())
        .flatMap(sessions::end)
        .ifPresent(user -> note(Action.LOG_OUT, user, visit.request(), ""));
    Session session = visit.session();
    Answer answer =
        session.who().means() == Principal.Means.PROVIDER
                && !LogIn.byDirectory(session.who())
                && provider.isPresent()
            ? provider.get().farewell(session)
            : Templates.see(LogInPage.PATH);
    return answer.with("Set-Cookie", Cookies.endSession(visit.request()));
  }

  /** Paths that a provider sends browsers to. */
  public static OpenId.Paths pathsOfProvider() {
    return new OpenId.Paths(ProviderPages.CALLBACK, LogInPage.PATH);
  }

  private Optional<Principal> still(Principal before) {
    return before.means() == Principal.Means.PROVIDER && !LogIn.byDirectory(before)
        ? openId.flatMap(its -> its.still(before))
        : logIn.still(before);
  }

  /** All of them, but for the log-in. */
  public List<Page> table() {
    return routes.all().stream().map(Placed::page).toList();
  }

  /** Links lead to pages from wikis and messages, and a provider leads back after a log-in. */
  @Override
  public boolean isReachedFromElsewhere(String path) {
    return path.equals(LogInPage.PATH)
        || (provider.isPresent() && path.equals(ProviderPages.CALLBACK))
        || routes.has("GET", path);
  }

  @Override
  public Admission admit(Request request) throws Refusal {
    String path = request.path();
    if (path.startsWith(Assets.PATH)) {
      return new Admission(0, assets::answer);
    }
    if (path.equals(LogInPage.PATH) || path.equals(LogInPage.CODE)) {
      return new Admission(LogInPage.LARGEST_FORM, logInPage::answer);
    }
    if (provider.isPresent()
        && (path.equals(ProviderPages.PATH) || path.equals(ProviderPages.CALLBACK))) {
      return new Admission(0, provider.get()::answer);
    }
    Sessions.Found found =
        Cookies.session(request)
            .map(cookie -> sessions.find(cookie, this::still))
            .orElseGet(Sessions.Found.None::new);
    if (found instanceof Sessions.Found.On on) {
      return new Admission(
          Bounds.LARGEST_COMMIT, whole -> renewed(answer(whole, on.session()), whole, on));
    }
    if (found instanceof Sessions.Found.Over over && over.news()) {
      note(Action.SESSION_ENDED, over.user(), request, over.end().words());
    }
    boolean shown = Cookies.session(request).isPresent();
    if (request.isLed() && !shown) {
      return new Admission(0, this::ledOn);
    }
    if (request.header("HX-Request").isPresent()) {
      // A part of a page cannot send its browser elsewhere otherwise.
      throw unknown().header("HX-Redirect", LogInPage.PATH);
    }
    if (request.header("Accept").filter(types -> types.contains("text/html")).isEmpty()) {
      throw unknown();
    }
    // A session that was not sent is not ended: without TLS nothing says that a link has led here.
    return new Admission(
        0,
        whole ->
            shown
                ? Templates.see(LogInPage.PATH).with("Set-Cookie", Cookies.endSession(request))
                : Templates.see(LogInPage.PATH));
  }

  /**
   * A browser that follows a link of another site does not send its session: it asks once more, for
   * the page that it has then from here.
   */
  private Answer ledOn(Request request) throws Refusal {
    request.only("GET");
    routes.find(request); // nothing else than a page's path is led on to
    return new OutsidePage(maker.shells(), maker.templates())
        .answer(200, "Heimdall", "", request.target(), "Continue")
        .with("Refresh", "0; url=" + request.target());
  }

  /** The cookie tells when it was used last, give or take a minute. */
  private Answer renewed(Answer answer, Request request, Sessions.Found.On found) {
    boolean used = !request.path().equals(Banner.PART); // pages ask for it by themselves
    return found.old() && used && !answer.headers().containsKey("Set-Cookie")
        ? answer.with("Set-Cookie", Cookies.setSession(sessions.cookie(found.session()), request))
        : answer;
  }

  private void note(Action action, String user, Request request, String subject) {
    audit.note(action, user, request.from().getHostAddress(), subject);
  }

  private static Refusal unknown() {
    return new Refusal(401, "unauthorized", "Log in with the scheme Basic.")
        .header("WWW-Authenticate", "Basic realm=\"Heimdall\", charset=\"UTF-8\"");
  }

  private Answer answer(Request request, Session session) {
    try {
      Routes.Found<Placed> found = routes.find(request);
      Permission needed = found.route().page().permission();
      if (!showsConfiguration(needed) || !session.may(needed)) {
        return answer(found, request, session);
      }
      // Before its form is read: who has to wait for it begins anew then.
      try (PageTurns.Turn turn = turns.take(request.waited())) {
        return answer(found, request, session);
      }
    } catch (Refusal e) {
      return problem(session, e.status(), e.getMessage());
    } catch (EditRefused e) {
      return problem(session, 503, e.getMessage());
    } catch (StoreException e) {
      return problem(session, 503, e.getMessage());
    }
  }

  private Answer answer(Routes.Found<Placed> found, Request request, Session session)
      throws Refusal, EditRefused, StoreException {
    Map<String, String> form = Map.of();
    if (request.method().equals("POST")) {
      form = request.form(Bounds.LARGEST_COMMIT);
      if (!session.isCsrf(form.getOrDefault("csrf", ""))) {
        throw new Refusal(403, "foreign_form", "This form is not of this session: load it again.");
      }
    }
    Page page = found.route().page();
    Principal.Due due = session.who().due();
    if (!due.leaves(page.permission())) {
      return Templates.see(
          due == Principal.Due.PASSWORD ? PasswordPage.PATH : SecondFactorPages.PATH);
    }
    permit(page, request, session);
    Answer answer =
        page.handler()
            .answer(
                new Visit(request, found.parts(), form, session, maker, found.route().assets()));
    if (request.method().equals("POST")) {
      sessions.makeRoom(session);
    }
    return answer;
  }

  private static boolean showsConfiguration(Permission permission) {
    return permission == Permission.READ_CONFIGURATION
        || permission == Permission.CHANGE_CONFIGURATION;
  }

  private void permit(Page page, Request request, Session session) throws Refusal {
    Permission needed = page.permission();
    if (!session.may(needed)) {
      note(Action.NOT_PERMITTED, session.user(), request, needed.spelling());
      throw new Refusal(
          403,
          "not_permitted",
          session.who().means().leaves(needed)
              ? "Your role is %s, and does not have the permission %s."
                  .formatted(session.who().role().spelling(), needed.spelling())
              : PasswordPage.ELSEWHERE);
    }
  }

  private Answer problem(Session session, int status, String words) {
    return maker
        .templates()
        .page(
            status,
            "problem",
            Map.of("shell", maker.shells().of(title(status), session), "words", words));
  }

  private static String title(int status) {
    return switch (status) {
      case 403 -> "Not permitted";
      case 404 -> "Page not found";
      case 503 -> "Temporarily unavailable";
      default -> "The request was rejected";
    };
  }
}
