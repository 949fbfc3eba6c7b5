package dev.heimdall.manager.problems;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.pages.Page;
import dev.heimdall.manager.pages.Subject;
import dev.heimdall.manager.pages.Visit;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.secrets.StoreException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code /problems/thresholds}: from which figures on something is wrong. */
final class ThresholdsSubject implements Subject {
  private static final String PATH = "/problems/thresholds";
  private static final int BAD = 400;

  /** What settings are called on the page. */
  private static final Map<String, String> TITLES =
      Map.ofEntries(
          Map.entry("waitingClients", "Clients that wait"),
          Map.entry("waitingClientsFor", "They wait for"),
          Map.entry("p99", "99 % of statements within"),
          Map.entry("p99For", "Slower for"),
          Map.entry("lag", "A replica's lag"),
          Map.entry("lagFor", "Behind for"),
          Map.entry("poolUse", "Use of a pool, percent"),
          Map.entry("poolUseFor", "In use for"),
          Map.entry("cacheHits", "From the cache, percent"),
          Map.entry("cacheHitsFor", "Fewer for"),
          Map.entry("certificateEnds", "A certificate ends within"),
          Map.entry("hysteresis", "Better by, before it ends, percent"));

  private final ThresholdSettings settings;

  ThresholdsSubject(ThresholdSettings settings) {
    this.settings = settings;
  }

  @Override
  public List<Page> pages() {
    return List.of(
        Page.get(
            PATH, Permission.CHANGE_CONFIGURATION, visit -> look(visit, 200, "", settings.form())),
        Page.post(PATH, Permission.CHANGE_CONFIGURATION, this::put));
  }

  private Answer put(Visit visit) throws Refusal, StoreException {
    try {
      settings.put(ThresholdSettings.ofForm(visit.fields()), visit.author(""));
      visit.tell("These thresholds hold from now on.");
      return visit.see(PATH);
    } catch (Refusal e) {
      return look(visit, BAD, e.getMessage(), visit.fields());
    }
  }

  private static Answer look(Visit visit, int status, String problem, Map<String, String> values)
      throws Refusal {
    List<ThresholdsView.Row> rows = new ArrayList<>();
    for (Map.Entry<String, JsonNode> one :
        ThresholdSettings.schema().path("properties").properties()) {
      rows.add(
          new ThresholdsView.Row(
              one.getKey(),
              TITLES.getOrDefault(one.getKey(), one.getKey()),
              values.getOrDefault(one.getKey(), ""),
              one.getValue().path("default").asText(),
              one.getValue().path("description").asText()));
    }
    return visit.page(
        status,
        "thresholds",
        "Thresholds",
        new HashMap<>(Map.of("view", new ThresholdsView(problem, rows))));
  }
}
