package dev.heimdall.manager.alerts;

import java.time.Clock;

/** Who sends messages, by the types of targets. */
record Senders(Webhook webhook, Mail mail, Topic topic, Clock clock) {
  static Senders of(Clock clock) {
    return new Senders(new Webhook(clock), new Mail(clock), Topic.ofMachine(), clock);
  }

  /** Sends it once; what was answered, in words. */
  String send(Way way, Message message) throws Failed, InterruptedException {
    if (way instanceof WebhookTarget target) {
      return webhook.send(target, message);
    } else if (way instanceof EmailTarget target) {
      return mail.send(target, message);
    } else if (way instanceof TopicTarget target) {
      return topic.send(target, message);
    } else if (way instanceof PagerDutyTarget target) {
      return new PagerDuty(target, webhook).send(message);
    }
    return new Alertmanager((AlertmanagerTarget) way, webhook, clock).send(message);
  }
}
