package dev.heimdall.manager.wizard;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.inspect.AwsAccount;
import dev.heimdall.manager.inspect.AwsDatabase;
import dev.heimdall.manager.inspect.CheckResult;
import dev.heimdall.manager.inspect.Inspection;
import dev.heimdall.manager.inspect.Inspections;
import dev.heimdall.manager.inspect.Inspector;
import dev.heimdall.manager.pages.Asset;
import dev.heimdall.manager.pages.Entry;
import dev.heimdall.manager.pages.Page;
import dev.heimdall.manager.pages.Subject;
import dev.heimdall.manager.pages.Visit;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.model.Engine;
import dev.heimdall.model.RegionFacts;
import dev.heimdall.routing.Surroundings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** {@code /wizard}: where it begins, and the pages about AWS; the steps are {@link StepPages}. */
public final class WizardPages implements Subject {
  static final String PATH = "/wizard";

  private static final String AWS = PATH + "/aws";
  private static final Duration ACCOUNT = Duration.ofSeconds(60);
  private static final Duration ENDPOINTS = Duration.ofSeconds(30);

  private final Inspector inspector;
  private final Inspections inspections;
  private final StepPages steps;
  private final AtomicReference<Inspection<AwsAccount>> account = new AtomicReference<>();
  private final AtomicReference<Inspection<CheckResult>> endpoints = new AtomicReference<>();

  /**
   * @param inspections carries out what waits for the network; closed by its maker
   * @param nodes the addresses of nodes that report
   * @param facts of the region, as far as they are known here
   */
  public WizardPages(
      Editor editor,
      Inspector inspector,
      Inspections inspections,
      Supplier<List<String>> nodes,
      RegionFacts facts) {
    this.inspector = inspector;
    this.inspections = inspections;
    steps = new StepPages(editor, inspector, inspections, nodes, this::caches, facts);
  }

  @Override
  public List<Page> pages() {
    List<Page> pages = new ArrayList<>();
    pages.add(get(PATH, this::start));
    pages.add(post(PATH, this::begin));
    pages.add(get(PATH + "/found", this::found));
    pages.add(post(PATH + "/look", this::look));
    pages.add(post(PATH + "/choose", this::choose));
    pages.add(get(AWS, this::endpoints));
    pages.add(get(AWS + "/lines", this::lines));
    pages.add(post(AWS, this::lookAtEndpoints));
    pages.addAll(steps.pages());
    return pages;
  }

  static Page get(String path, Page.Handler handler) {
    return Page.get(path, Permission.CHANGE_CONFIGURATION, handler);
  }

  static Page post(String path, Page.Handler handler) {
    return Page.post(path, Permission.CHANGE_CONFIGURATION, handler);
  }

  @Override
  public List<Entry> entries() {
    return List.of(new Entry("Set up", PATH, Permission.CHANGE_CONFIGURATION));
  }

  @Override
  public List<Asset> assets() {
    return List.of(Asset.style("wizard.css", "/dev/heimdall/manager/wizard/assets/wizard.css"));
  }

  private Answer start(Visit visit) {
    if (account.get() == null) {
      lookAtAccount();
    }
    return visit.page(
        200,
        "wizard/start",
        "Set up a virtual database",
        Map.of("found", view(), "going", visit.kept(Setup.class).isPresent()));
  }

  /** Forgets what was typed before. */
  private Answer begin(Visit visit) {
    visit.keep(Setup.class, new Setup());
    return visit.see(Step.DATABASE.path());
  }

  private Answer found(Visit visit) {
    return visit.part(200, "wizard/found", Map.of("found", view(), "csrf", visit.csrf()));
  }

  private Answer look(Visit visit) {
    lookAtAccount();
    return visit.see(PATH);
  }

  private void lookAtAccount() {
    Inspection<AwsAccount> next =
        inspections.begin(ACCOUNT, told -> told.accept(inspector.account()));
    replace(account, next);
  }

  private static <T> void replace(AtomicReference<Inspection<T>> place, Inspection<T> next) {
    Inspection<T> before = place.getAndSet(next);
    if (before != null) {
      before.stop("It is checked again.");
    }
  }

  private WizardView.Found view() {
    Inspection<AwsAccount> now = account.get();
    return now == null
        ? new WizardView.Found(Optional.empty(), false, "")
        : new WizardView.Found(now.found().stream().findFirst(), now.isRunning(), now.failure());
  }

  private List<Surroundings.Cache> caches() {
    return view().account().map(AwsAccount::caches).orElse(List.of());
  }

  private Answer choose(Visit visit) throws Refusal {
    String arn = visit.field("arn").orElse("");
    AwsDatabase database =
        view().account().stream()
            .flatMap(known -> known.databases().stream())
            .filter(one -> one.arn().equals(arn) && WizardView.unsuited(one).isEmpty())
            .findFirst()
            .orElseThrow(
                () ->
                    new Refusal(
                        404, "not_found", "This database is not known any more: look again."));
    Setup setup = new Setup();
    setup.answers(
        Answers.none()
            .with(Detected.answers(database, Engine.ofRds(database.engine()).orElseThrow())));
    visit.keep(Setup.class, setup);
    return visit.see(Step.DATABASE.path());
  }

  private Answer endpoints(Visit visit) {
    if (endpoints.get() == null) {
      replace(endpoints, inspections.begin(ENDPOINTS, inspector::endpoints));
    }
    return visit.page(200, "wizard/endpoints", "AWS endpoints", Map.of("lines", endpointLines()));
  }

  private Answer lookAtEndpoints(Visit visit) {
    replace(endpoints, inspections.begin(ENDPOINTS, inspector::endpoints));
    return visit.see(AWS);
  }

  private Answer lines(Visit visit) {
    return visit.part(200, "wizard/lines", Map.of("lines", endpointLines()));
  }

  private WizardView.Lines endpointLines() {
    return StepPages.lines(Optional.ofNullable(endpoints.get()), AWS + "/lines");
  }
}
