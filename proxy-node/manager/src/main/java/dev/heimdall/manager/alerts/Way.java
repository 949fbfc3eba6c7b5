package dev.heimdall.manager.alerts;

import dev.heimdall.model.StrictDocument.Findings;
import java.util.List;
import java.util.Map;

/** Way to reach a target, and the events that it is notified of: the settings of its type. */
sealed interface Way
    permits WebhookTarget, EmailTarget, TopicTarget, PagerDutyTarget, AlertmanagerTarget {
  int MOST_HOURLY = 1000;

  String TOLD_OF = "The least severity that it is notified of.";
  String KINDS =
      "Kinds of alerts and events that it is notified of, such as `no-writer`. None: all alerts, and all events that neither begin nor end one.";
  String ALERT_KINDS = "Kinds of alerts that it is notified of, such as `no-writer`. None: all.";
  String SOURCE = "What tells this fleet from others: what is shown as where alerts come from.";
  String HOURLY =
      "Messages in an hour at most. What is beyond is counted, and the next message says how many"
          + " events there were.";

  Severity severity();

  List<String> kinds();

  int hourly();

  /** True if it is told of what happens at one moment, too. */
  default boolean takesEvents() {
    return true;
  }

  /** True if it is told that an alert is acknowledged. */
  default boolean takesAcknowledgements() {
    return false;
  }

  /** True if it wants to know of all alerts that go on, again and again. */
  default boolean holdsAlerts() {
    return false;
  }

  /** Checks the dependencies between its settings. */
  void check(Findings findings);

  /** Address of the target, without parts that may be secret. */
  String shown();

  /** Values that programs read in place of secrets, if there are any. */
  default Map<String, Object> inPlaceOfSecrets() {
    return Map.of();
  }

  /** True if a secret of the other one, which is kept, goes to no other server now. */
  boolean mayKeepSecretsOf(Way before);

  /** Sends it once; what was answered, in words. */
  String send(Message message, Senders by) throws Failed, InterruptedException;
}
