package dev.heimdall.manager.analytics;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.pages.Asset;
import dev.heimdall.manager.pages.Entry;
import dev.heimdall.manager.pages.Page;
import dev.heimdall.manager.pages.Subject;
import dev.heimdall.manager.pages.Visit;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.secrets.StoreException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** {@code /analytics/cache}: what to cache. A click makes the rule. */
public final class CacheAdvicePages implements Subject {
  static final String PATH = AnalyticsPages.PATH + "/cache";

  private final QueryAnalytics analytics;
  private final CacheAdvisor advisor;

  public CacheAdvicePages(QueryAnalytics analytics, CacheAdvisor advisor) {
    this.analytics = analytics;
    this.advisor = advisor;
  }

  @Override
  public List<Page> pages() {
    return List.of(Page.get(PATH, Permission.READ_CONFIGURATION, this::look));
  }

  @Override
  public List<Entry> entries() {
    return List.of();
  }

  @Override
  public List<Asset> assets() {
    return List.of(AnalyticsPages.STYLE);
  }

  private Answer look(Visit visit) throws Refusal, StoreException, EditRefused {
    Optional<String> vdb = visit.request().query("vdb").filter(name -> !name.isEmpty());
    OptionalInt staleness = CacheAdvisor.staleness(visit.request());
    CacheAdviceView view =
        new CacheAdviceView(
            analytics.vdbs().stream()
                .map(name -> new AnalyticsView.Choice(name, name, vdb.equals(Optional.of(name))))
                .toList(),
            staleness.isPresent() ? Integer.toString(staleness.getAsInt()) : "",
            visit.may(Permission.CHANGE_CONFIGURATION),
            advisor.advise(vdb, staleness).stream().map(CacheAdvicePages::row).toList());
    return visit.page(200, "cacheadvice", "What to cache", Map.of("view", view));
  }

  private static CacheAdviceView.Row row(Recommendation one) {
    String id = one.line().key().id();
    return new CacheAdviceView.Row(
        id,
        AnalyticsPages.PATH + "?open=" + id + "#q-" + id,
        one.line().key().text(),
        one.line().key().vdb(),
        Amounts.time(one.savedMicrosPerSecond()),
        Amounts.percent(100 * one.hits()),
        rate(one.readsPerSecond()),
        rate(one.writesPerSecond()),
        Amounts.time(one.line().sums().averageResponseMicros()),
        one.lists(),
        one.staleness().isPresent() ? Integer.toString(one.staleness().getAsInt()) : "",
        !one.enabled());
  }

  private static String rate(double perSecond) {
    return String.format(Locale.ROOT, perSecond < 10 ? "%.1f" : "%,.0f", perSecond);
  }
}
