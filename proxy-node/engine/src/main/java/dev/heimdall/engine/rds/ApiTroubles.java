package dev.heimdall.engine.rds;

import dev.heimdall.routing.AwsTrouble;
import dev.heimdall.routing.TopologyReading;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;

/** Says of each trouble with the API that it begins, and that it is over. For one thread. */
final class ApiTroubles {
  private final Logger log;
  private final String region;

  /** Each action with what was wrong with it: regions may differ in that. */
  private final Set<String> said = new HashSet<>();

  ApiTroubles(Logger log, String region) {
    this.log = log;
    this.region = region;
  }

  /**
   * @param needed true if the node relies on the API
   */
  void about(TopologyReading answer, boolean needed) {
    Set<String> now = new HashSet<>();
    for (AwsTrouble trouble : answer.troubles()) {
      String what = trouble.action() + " " + trouble.kind();
      now.add(what);
      if (said.add(what)) {
        say(trouble, needed);
      }
    }
    if (said.retainAll(now) && said.isEmpty()) {
      log.info("the RDS API in {} answers completely again", region);
    }
  }

  private void say(AwsTrouble trouble, boolean needed) {
    String message = trouble.message();
    switch (trouble.kind()) {
      case NO_CREDENTIALS -> {
        if (needed) {
          log.warn("there are no AWS credentials for the RDS API in {}: {}", region, message);
        } else {
          log.info("without AWS credentials the RDS API in {} is not called", region);
        }
      }
      case DENIED ->
          log.warn(
              "the RDS API in {} denies {} ({}); probes of the servers report less than it would",
              region,
              trouble.action(),
              message);
      case THROTTLED ->
          log.warn(
              "the RDS API in {} throttles calls ({}); this node calls less often",
              region,
              message);
      case FAILED -> log.warn("cannot call the RDS API in {}: {}", region, message);
    }
  }
}
