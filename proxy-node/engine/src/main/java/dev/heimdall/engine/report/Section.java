package dev.heimdall.engine.report;

import java.util.Map;
import java.util.concurrent.CompletionStage;

/** One subject of the node's reports. */
public interface Section {
  /** Name by which managers find it; no two sections share one. */
  String name();

  /**
   * Present content: values as JSON has them. Called on a thread of the report's, which may compute
   * but not wait; a stage that takes longer than a second is left out of this report.
   */
  CompletionStage<Map<String, Object>> content();
}
