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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code /problems}: what is wrong at the moment, and the banner of every page. */
final class ProblemsSubject implements Subject {
  private final Problems problems;

  ProblemsSubject(Problems problems) {
    this.problems = problems;
  }

  @Override
  public List<Page> pages() {
    return List.of(
        Page.get(Banner.PATH, Permission.READ_CONFIGURATION, this::all),
        Page.get(
            Banner.PART,
            Permission.READ_CONFIGURATION,
            visit -> visit.part(200, "bannerpart", Map.of("banner", banner()))));
  }

  @Override
  public List<Entry> entries() {
    return List.of(
        new Entry(Entry.Group.WATCH, "Problems", Banner.PATH, Permission.READ_CONFIGURATION));
  }

  @Override
  public List<Asset> assets() {
    return List.of(Asset.style("problems.css", "/dev/heimdall/manager/problems/problems.css"));
  }

  @Override
  public Optional<Banner> banner() {
    List<Problem> all = problems.now();
    if (all.isEmpty()) {
      return Optional.empty();
    }
    Finding worst = all.get(0).finding();
    return Optional.of(
        new Banner(
            worst.critical(),
            worst.words() + ".",
            since(all.get(0)),
            worst.kind().effect(),
            worst.kind().next(),
            worst.kind().href(),
            all.size() - 1));
  }

  private Answer all(Visit visit) {
    List<ProblemRow> rows = problems.now().stream().map(this::row).toList();
    return visit.wantsPart()
        ? visit.part(200, "problemlist", Map.of("rows", rows))
        : visit.page(200, "problems", "Problems", Map.of("rows", rows));
  }

  private ProblemRow row(Problem problem) {
    Finding finding = problem.finding();
    return new ProblemRow(
        finding.critical() ? "Critical" : "Warning",
        finding.critical() ? "bad" : "warn",
        finding.words() + ".",
        finding.detail(),
        since(problem),
        finding.kind().effect(),
        finding.kind().next(),
        finding.kind().href());
  }

  private String since(Problem problem) {
    return "%s UTC, for %s"
        .formatted(
            Times.shown(problem.since()),
            Times.lasting(Duration.between(problem.since(), problems.moment())));
  }
}
