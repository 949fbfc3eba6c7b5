package dev.heimdall.manager;

import dev.heimdall.manager.accounts.Access;
import dev.heimdall.manager.accounts.PasswordHash;
import dev.heimdall.manager.alerts.Alerts;
import dev.heimdall.manager.analytics.AnalyticsPages;
import dev.heimdall.manager.analytics.CacheAdvicePages;
import dev.heimdall.manager.analytics.CacheAdvicePath;
import dev.heimdall.manager.analytics.CacheAdvisor;
import dev.heimdall.manager.analytics.PatternsPath;
import dev.heimdall.manager.analytics.QueryAnalytics;
import dev.heimdall.manager.archive.Archive;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.clients.ClientsPath;
import dev.heimdall.manager.clients.ClientsSubject;
import dev.heimdall.manager.clients.ConnectedClients;
import dev.heimdall.manager.dashboard.Dashboard;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.fleet.Fleet;
import dev.heimdall.manager.fleet.FleetCommands;
import dev.heimdall.manager.fleet.FleetConfiguration;
import dev.heimdall.manager.fleet.Orders;
import dev.heimdall.manager.fleet.Presence;
import dev.heimdall.manager.fleet.ReportSite;
import dev.heimdall.manager.fleet.RollingRestart;
import dev.heimdall.manager.fleet.SeenNode;
import dev.heimdall.manager.forms.FormPages;
import dev.heimdall.manager.history.History;
import dev.heimdall.manager.inspect.Inspections;
import dev.heimdall.manager.login.DirectoryPeople;
import dev.heimdall.manager.login.LogIn;
import dev.heimdall.manager.login.OthersAccounts;
import dev.heimdall.manager.login.OwnTokens;
import dev.heimdall.manager.login.PasswordException;
import dev.heimdall.manager.masks.MaskKey;
import dev.heimdall.manager.masks.MaskedText;
import dev.heimdall.manager.metrics.ManagerMetrics;
import dev.heimdall.manager.metrics.Requests;
import dev.heimdall.manager.nodes.NodesSubject;
import dev.heimdall.manager.oidc.OpenId;
import dev.heimdall.manager.pages.Page;
import dev.heimdall.manager.pages.Pages;
import dev.heimdall.manager.pages.Subject;
import dev.heimdall.manager.people.PeopleSubject;
import dev.heimdall.manager.problems.CertificateWatch;
import dev.heimdall.manager.problems.DiskWatch;
import dev.heimdall.manager.problems.Problems;
import dev.heimdall.manager.problems.Sources;
import dev.heimdall.manager.resources.ConfigurationObjects;
import dev.heimdall.manager.rest.Api;
import dev.heimdall.manager.rest.CommandsPath;
import dev.heimdall.manager.rest.NodesPath;
import dev.heimdall.manager.rest.Operation;
import dev.heimdall.manager.rest.Resource;
import dev.heimdall.manager.rest.RuleTrialPath;
import dev.heimdall.manager.revisions.RevisionsSubject;
import dev.heimdall.manager.rules.RulePages;
import dev.heimdall.manager.sessions.SessionBook;
import dev.heimdall.manager.store.OwnPlace;
import dev.heimdall.manager.store.OwnStore;
import dev.heimdall.manager.trial.ListTrials;
import dev.heimdall.manager.trial.Trials;
import dev.heimdall.manager.web.Certificates;
import dev.heimdall.manager.web.PemFiles;
import dev.heimdall.manager.web.TrustedProxies;
import dev.heimdall.manager.web.WebServer;
import dev.heimdall.manager.wizard.WizardPages;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.NamedSecrets;
import dev.heimdall.secrets.StoreException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running manager. */
public final class ControlPlane implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  private final WebServer server;
  private final List<Page> pages;
  private final List<Operation> operations;
  private final List<Runnable> ends;

  /**
   * @param ends of its parts, in the order in which they end
   */
  private ControlPlane(
      WebServer server, List<Page> pages, List<Operation> operations, List<Runnable> ends) {
    this.server = server;
    this.pages = pages;
    this.operations = operations;
    this.ends = List.copyOf(ends);
  }

  /**
   * Starts it. The configuration is not looked at: it may be wrong, or not there yet, and this is
   * with what that is changed.
   *
   * @param engine who knows what the engine would do
   */
  public static ControlPlane start(ControlPlaneSettings settings, EngineAnswers engine)
      throws ControlPlaneException {
    return start(settings, engine, new PasswordHash());
  }

  static ControlPlane start(
      ControlPlaneSettings settings, EngineAnswers engine, PasswordHash hashes)
      throws ControlPlaneException {
    InetSocketAddress address = address(settings);
    try {
      Optional<Certificates> tls =
          settings.tls().isPresent()
              ? Optional.of(Certificates.follow(settings.tls().get()))
              : Optional.empty();
      Optional<OwnStore> own =
          settings.own().isPresent()
              ? Optional.of(OwnStore.open(settings.own().get()))
              : Optional.empty();
      Clock clock = Clock.systemUTC();
      AuditLog audit = new AuditLog(own.map(OwnStore::audit), clock);
      Optional<Access> access =
          own.map(
              store ->
                  Access.of(
                      store.access(),
                      hashes,
                      settings.password().isElsewhere(),
                      clock,
                      System::nanoTime));
      Optional<DirectoryPeople> directory =
          settings.directory().isPresent()
              ? Optional.of(DirectoryPeople.of(settings.directory().get()))
              : Optional.empty();
      LogIn logIn = LogIn.with(settings.password(), access, hashes, directory, audit);
      Editor editor =
          new Editor(
              DocumentStore.open(settings.place()),
              own.map(store -> new History(store.history(), History.Kept.standard(), clock)),
              audit,
              engine.files(),
              settings.facts());
      Fleet fleet = new Fleet(clock);
      String name = name(settings);
      NamedSecrets secrets = NamedSecrets.beside(settings.place());
      FleetConfiguration configuration =
          new FleetConfiguration(
              editor, secrets, settings.facts(), settings.nodeKey(), System::nanoTime);
      MaskedText masks = new MaskedText(new MaskKey(own.map(OwnStore::access), System::nanoTime));
      List<Resource> resources = new ArrayList<>();
      ListTrials trials = new ListTrials(editor, new Trials(engine.rules()));
      resources.add(new RuleTrialPath(trials, masks));
      Orders orders = new Orders(clock);
      RollingRestart rolling = new RollingRestart(fleet, orders, clock);
      fleet.listen(rolling);
      FleetCommands commands = new FleetCommands(fleet, orders, rolling, audit);
      resources.add(new NodesPath(fleet, configuration, commands));
      ConnectedClients connected = new ConnectedClients(fleet);
      fleet.listen(connected);
      resources.add(new CommandsPath(commands, connected::who));
      resources.add(new ClientsPath(connected));
      resources.add(new ConfigurationObjects(editor, masks));
      Archive.Place figures =
          new Archive.Place(settings.figures(), settings.own().flatMap(OwnPlace::figures));
      Dashboard dashboard = Dashboard.of(fleet, figures, name, clock);
      CertificateWatch certificates =
          CertificateWatch.start(editor, settings.tls().map(PemFiles::certificate));
      DiskWatch disk = DiskWatch.start(settings.directories());
      Problems problems =
          Problems.start(
              new Sources(
                  fleet,
                  configuration::lastHash,
                  dashboard::measured,
                  certificates::certificates,
                  disk::low),
              name,
              own.map(OwnStore::firing),
              audit);
      resources.addAll(problems.resources());
      QueryAnalytics analytics = new QueryAnalytics(clock);
      fleet.listen(analytics);
      resources.add(new PatternsPath(analytics));
      CacheAdvisor advisor = new CacheAdvisor(analytics, editor, engine.expressions());
      resources.add(new CacheAdvicePath(advisor));
      Alerts alerts =
          Alerts.start(
              fleet,
              problems,
              audit,
              own.map(store -> new Alerts.Places(store.events(), store.alerts())),
              clock);
      resources.addAll(alerts.resources());
      resources.add(dashboard.resource(alerts::marks));
      Requests requests = new Requests();
      ManagerMetrics metrics = new ManagerMetrics(settings.version(), fleet, audit, requests);
      resources.add(metrics);
      List<Subject> subjects = new ArrayList<>();
      subjects.add(dashboard.subject(alerts::marks));
      subjects.addAll(problems.subjects());
      subjects.addAll(alerts.subjects());
      subjects.add(new RulePages(editor, trials));
      subjects.add(new FormPages(editor));
      subjects.add(new NodesSubject(fleet, configuration, commands));
      subjects.add(new ClientsSubject(connected, commands));
      Inspections inspections = new Inspections();
      subjects.add(
          new WizardPages(
              editor, engine.inspector(), inspections, () -> addresses(fleet), settings.facts()));
      subjects.add(new AnalyticsPages(analytics, editor, engine.expressions(), commands));
      subjects.add(new CacheAdvicePages(analytics, advisor));
      subjects.add(new RevisionsSubject(editor, masks));
      subjects.add(
          new PeopleSubject(
              new OthersAccounts(access, audit), new OwnTokens(logIn, access, audit), audit));
      Api api = new Api(editor, logIn, settings.version(), access, audit, masks, resources);
      SessionBook book = new SessionBook(own.map(OwnStore::access), clock, System::nanoTime);
      Optional<OpenId> openId =
          settings.openId().isPresent()
              ? Optional.of(OpenId.open(settings.openId().get(), Pages.pathsOfProvider()))
              : Optional.empty();
      Pages pages = new Pages(editor, logIn, openId, access, book, audit, masks, subjects);
      Endpoints endpoints =
          new Endpoints(
              requests.through(Requests.Endpoint.REST, api),
              requests.through(Requests.Endpoint.PAGES, pages),
              requests.through(
                  Requests.Endpoint.REPORTS,
                  new ReportSite(fleet, configuration, orders, connected, clock)));
      WebServer server = open(address, tls, settings.proxies(), editor, logIn, endpoints);
      tell(settings, address, server.port());
      List<Runnable> ends = new ArrayList<>();
      ends.add(server::close);
      ends.add(metrics::close);
      ends.add(alerts::close);
      ends.add(problems::close);
      ends.add(certificates::close);
      ends.add(disk::close);
      ends.add(dashboard::close);
      ends.add(inspections::close);
      tls.ifPresent(followed -> ends.add(followed::close));
      openId.ifPresent(provider -> ends.add(provider::close));
      ends.add(logIn::close);
      ends.add(editor::close);
      ends.add(secrets::close);
      ends.add(audit::close);
      own.ifPresent(store -> ends.add(store::close));
      return new ControlPlane(server, pages.table(), api.table(), ends);
    } catch (PemFiles.Unusable | PasswordException | StoreException | IOException e) {
      throw new ControlPlaneException(e.getMessage(), e);
    }
  }

  /**
   * Returns the manager's name, which stays the same after a restart and belongs to no other
   * manager.
   */
  private static String name(ControlPlaneSettings settings) {
    String machine;
    try {
      machine = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      machine = UUID.randomUUID().toString();
    }
    return machine + ":" + (settings.port() == 0 ? UUID.randomUUID() : settings.port());
  }

  /** Of nodes that report. */
  private static List<String> addresses(Fleet fleet) {
    return fleet.nodes().stream()
        .filter(node -> fleet.presence(node) == Presence.LIVE)
        .map(SeenNode::address)
        .distinct()
        .toList();
  }

  private static InetSocketAddress address(ControlPlaneSettings settings)
      throws ControlPlaneException {
    try {
      return new InetSocketAddress(InetAddress.getByName(settings.address()), settings.port());
    } catch (UnknownHostException e) {
      throw new ControlPlaneException(
          "the manager cannot listen on %s: the name cannot be resolved"
              .formatted(settings.address()),
          e);
    }
  }

  private static WebServer open(
      InetSocketAddress address,
      Optional<Certificates> tls,
      TrustedProxies proxies,
      Editor editor,
      LogIn logIn,
      Endpoints endpoints)
      throws ControlPlaneException {
    try {
      return WebServer.open(address, tls, endpoints, proxies);
    } catch (IOException e) {
      editor.close();
      logIn.close();
      throw new ControlPlaneException(
          "the manager cannot listen on %s:%d: %s. The port has to be free and the address one of this machine's: managerPort and managerAddress name them."
              .formatted(address.getHostString(), address.getPort(), e.getMessage()),
          e);
    }
  }

  private static void tell(ControlPlaneSettings settings, InetSocketAddress address, int port) {
    boolean tls = settings.tls().isPresent();
    settings
        .own()
        .ifPresentOrElse(
            place -> LOG.info("what is the manager's own is in {}", place),
            () ->
                LOG.warn(
                    "there is no place for what is the manager's own, so there are no accounts, and"
                        + " no history is kept: name one with managerStore, as beside {} there can"
                        + " be none",
                    settings.place()));
    LOG.info(
        "the manager of {} listens on {}://{}:{}",
        settings.place(),
        tls ? "https" : "http",
        settings.address(),
        port);
    if (!tls && !address.getAddress().isLoopbackAddress()) {
      LOG.warn(
          "the manager listens on {} without TLS: passwords, its own and those in documents, can be"
              + " read on the way. Set managerCertificate and managerKey, or put something that"
              + " ends TLS before it",
          settings.address());
    }
  }

  /** Port that the manager listens on. */
  public int port() {
    return server.port();
  }

  /** Pages that people with a session can request. */
  List<Page> pages() {
    return pages;
  }

  /** Operations that programs can request. */
  List<Operation> operations() {
    return operations;
  }

  /** Stops listening, and ends what was begun. */
  @Override
  public void close() {
    ends.forEach(Runnable::run);
  }
}
