package dev.heimdall.manager.problems;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.pages.Asset;
import dev.heimdall.manager.pages.Banner;
import dev.heimdall.manager.pages.Entry;
import dev.heimdall.manager.pages.Page;
import dev.heimdall.manager.pages.Subject;
import dev.heimdall.manager.pages.Times;
import dev.heimdall.manager.pages.Visit;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.secrets.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * {@code /problems}: what is wrong at the moment, what was, who looks after it and what is
 * silenced; and the banner of every page.
 */
final class ProblemsSubject implements Subject {
  static final Asset STYLE =
      Asset.style("problems.css", "/dev/heimdall/manager/problems/problems.css");

  private static final String SILENCES = Banner.PATH + "/silences";
  private static final String USUALLY = "4";
  private static final int MOST_ENDED = 20;
  private static final int BAD = 400;

  private final Problems problems;

  ProblemsSubject(Problems problems) {
    this.problems = problems;
  }

  private interface Change {
    /** Makes the change and returns the message to show then. */
    String make(Visit visit) throws Refusal, StoreException;
  }

  @Override
  public List<Page> pages() {
    return List.of(
        Page.get(Banner.PATH, Permission.READ_CONFIGURATION, visit -> all(visit, 200, "")),
        Page.get(
            Banner.PART,
            Permission.READ_CONFIGURATION,
            visit -> visit.part(200, "bannerpart", Map.of("banner", banner()))),
        change(Banner.PATH + "/{id}/acknowledge", this::acknowledge),
        change(Banner.PATH + "/{id}/release", this::release),
        change(SILENCES, this::silence),
        change(SILENCES + "/{id}/end", this::endSilence));
  }

  /** Creates the page of a change, which shows any rejection on the page. */
  private Page change(String path, Change change) {
    return Page.post(
        path,
        Permission.OPERATE_NODES,
        visit -> {
          try {
            visit.tell(change.make(visit));
            return visit.see(Banner.PATH);
          } catch (Refusal e) {
            return all(visit, BAD, e.getMessage());
          }
        });
  }

  @Override
  public List<Entry> entries() {
    return List.of(
        new Entry(Entry.Group.WATCH, "Problems", Banner.PATH, Permission.READ_CONFIGURATION));
  }

  @Override
  public List<Asset> assets() {
    return List.of(STYLE);
  }

  @Override
  public Optional<Banner> banner() {
    List<Problem> all = problems.now();
    if (all.isEmpty()) {
      return problems.solved().map(ProblemsSubject::solved);
    }
    Finding worst = all.get(0).finding();
    return Optional.of(
        new Banner(
            worst.critical() && !all.get(0).isQuiet() ? Banner.Tone.BAD : Banner.Tone.WARN,
            worst.words() + ".",
            where(worst.detail(), worst.nodes()),
            "Since %s.".formatted(since(all.get(0))),
            worst.effect(),
            worst.next(),
            worst.kind().href(),
            all.size()));
  }

  private static Banner solved(Tracks.Track over) {
    Finding finding = over.finding();
    return new Banner(
        Banner.Tone.GOOD,
        "Solved: " + finding.words() + ".",
        where(finding.detail(), finding.nodes()),
        "Over at %s UTC, after %s."
            .formatted(Times.shown(over.last()), Times.lasting(over.lasted())),
        "",
        "",
        Banner.PATH,
        0);
  }

  /** Returns the details that nodes report, with their names unless these are in it. */
  private static String where(String detail, List<String> nodes) {
    if (nodes.isEmpty() || nodes.stream().anyMatch(detail::contains)) {
      return detail;
    }
    return "%s On %s.".formatted(detail, Findings.first(nodes)).strip();
  }

  private Answer all(Visit visit, int status, String problem) throws Refusal {
    ProblemsView view =
        new ProblemsView(
            problems.now().stream().map(this::row).toList(),
            ended(),
            problems.edits().silences().stream().map(ProblemsSubject::silenced).toList(),
            visit.may(Permission.OPERATE_NODES),
            visit.may(Permission.CHANGE_CONFIGURATION),
            visit.csrf(),
            problem,
            Stream.of(ProblemKind.values()).map(ProblemKind::spelling).toList(),
            form(visit));
    return visit.wantsPart()
        ? visit.part(200, "problemlist", Map.of("view", view))
        : visit.page(status, "problems", "Problems", Map.of("view", view));
  }

  private ProblemRow row(Problem problem) {
    Finding finding = problem.finding();
    return new ProblemRow(
        problem.alert().map(Alert::id).orElse(""),
        finding.critical() ? "Critical" : "Warning",
        finding.critical() ? "bad" : "warn",
        finding.words() + ".",
        finding.detail(),
        since(problem),
        finding.effect(),
        finding.next(),
        finding.kind().href(),
        told(problem),
        problem.alert().flatMap(Alert::acknowledged).isPresent());
  }

  private static String told(Problem problem) {
    Optional<Alert.Acknowledged> by = problem.alert().flatMap(Alert::acknowledged);
    if (by.isPresent()) {
      return "Acknowledged by %s at %s UTC.%s"
          .formatted(
              by.get().by(),
              Times.shown(by.get().at()),
              by.get().comment().isEmpty() ? "" : " " + by.get().comment());
    }
    if (problem.silence().isPresent()) {
      return "Silenced by %s until %s UTC: %s"
          .formatted(
              problem.silence().get().by(),
              Times.shown(problem.silence().get().until()),
              problem.silence().get().reason());
    }
    return problem.state() == Problem.State.PENDING
        ? "No notification is sent before it has lasted for %s."
            .formatted(Times.lasting(problem.finding().timing().lasting()))
        : "";
  }

  private String since(Problem problem) {
    return "%s UTC, for %s"
        .formatted(
            Times.shown(problem.since()),
            Times.lasting(Duration.between(problem.since(), problems.moment())));
  }

  private List<ProblemsView.Ended> ended() {
    return problems.alerts().stream()
        .filter(alert -> !alert.isOpen())
        .sorted(Comparator.comparing((Alert alert) -> alert.ended().orElseThrow()).reversed())
        .limit(MOST_ENDED)
        .map(
            alert ->
                new ProblemsView.Ended(
                    alert.words() + ".",
                    alert.critical() ? "bad" : "warn",
                    alert.critical() ? "Critical" : "Warning",
                    Times.shown(alert.started()),
                    Times.lasting(Duration.between(alert.started(), alert.ended().orElseThrow())),
                    alert.acknowledged().map(Alert.Acknowledged::by).orElse("")))
        .toList();
  }

  private static ProblemsView.Silenced silenced(Silence silence) {
    return new ProblemsView.Silenced(
        silence.id(),
        silence.matches(),
        Times.shown(silence.until()),
        silence.by(),
        silence.reason());
  }

  /** As it was sent, or for the alert that a link names. */
  private ProblemsView.Form form(Visit visit) throws Refusal {
    String id = visit.request().query("silence").orElse("");
    Optional<Alert> alert =
        problems.alerts().stream().filter(one -> one.id().equals(id)).findFirst();
    return new ProblemsView.Form(
        visit.field("kind").or(() -> alert.map(Alert::kind)).orElse(""),
        visit.field("about").or(() -> alert.map(Alert::about)).orElse(""),
        visit.field("node").orElse(""),
        visit.field("hours").orElse(USUALLY),
        visit.field("reason").orElse(""));
  }

  private String acknowledge(Visit visit) throws Refusal, StoreException {
    problems
        .edits()
        .acknowledge(visit.part(0), visit.field("comment").orElse(""), visit.author(""));
    return "It is acknowledged: the other people see that you look after it.";
  }

  private String release(Visit visit) throws Refusal, StoreException {
    problems.edits().release(visit.part(0), visit.author(""));
    return "It is not acknowledged any more.";
  }

  private String silence(Visit visit) throws Refusal, StoreException {
    String hours = visit.field("hours").orElse("").strip();
    if (!hours.matches("[0-9]{1,4}")) {
      throw Request.bad("A silence lasts for 1 to 2160 hours.");
    }
    Duration lasting = Duration.ofHours(Long.parseLong(hours));
    AlertEdits.SilenceRequest wish =
        new AlertEdits.SilenceRequest(
            visit.field("kind").orElse("").strip(),
            visit.field("about").orElse("").strip(),
            visit.field("node").orElse("").strip(),
            lasting,
            visit.field("reason").orElse("").strip());
    problems.edits().silence(wish, visit.author(""));
    Instant until = problems.moment().plus(lasting);
    return "No notification of these alerts is sent until %s UTC.".formatted(Times.shown(until));
  }

  private String endSilence(Visit visit) throws Refusal, StoreException {
    problems.edits().endSilence(visit.part(0), visit.author(""));
    return "The silence has ended.";
  }
}
