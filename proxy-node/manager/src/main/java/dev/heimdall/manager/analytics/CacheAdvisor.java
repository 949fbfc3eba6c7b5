package dev.heimdall.manager.analytics;

import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.model.Configuration;
import dev.heimdall.secrets.StoreException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Recommendations of what to cache, as requests want them. */
public final class CacheAdvisor {
  private static final int MOST_SECONDS = 86_400;

  private final QueryAnalytics analytics;
  private final Editor editor;
  private final RuleMaker maker;

  public CacheAdvisor(QueryAnalytics analytics, Editor editor, StatementExpressions expressions) {
    this.analytics = analytics;
    this.editor = editor;
    this.maker = new RuleMaker(expressions);
  }

  /**
   * The recommendations, what saves the most time first.
   *
   * @param vdb empty: all
   * @param staleness seconds for which results may be outdated; empty: not at all
   */
  List<Recommendation> advise(Optional<String> vdb, OptionalInt staleness)
      throws Refusal, StoreException, EditRefused {
    Configuration configuration =
        editor
            .look()
            .configuration()
            .orElseThrow(
                () ->
                    new Refusal(
                        409,
                        "conflict",
                        "The configuration is wrong as it is. Mend that first: the overview names"
                            + " what is wrong."));
    return new CacheAdvice(maker, configuration, staleness, analytics.counted())
        .of(analytics.lines(Window.HOUR, Optional.empty())).stream()
            .filter(one -> vdb.isEmpty() || vdb.get().equals(one.line().key().vdb()))
            .toList();
  }

  /** Seconds for which results may be outdated. */
  static OptionalInt staleness(Request request) throws Refusal {
    String text = request.query("staleness").orElse("").strip();
    if (text.isEmpty()) {
      return OptionalInt.empty();
    }
    if (!text.matches("[0-9]{1,5}")
        || Integer.parseInt(text) < 1
        || Integer.parseInt(text) > MOST_SECONDS) {
      throw Request.bad("staleness: expected seconds from 1 to %d.".formatted(MOST_SECONDS));
    }
    return OptionalInt.of(Integer.parseInt(text));
  }
}
