package dev.heimdall.manager.alerts;

import java.time.Clock;

/** Who sends messages, by the types of targets. */
record Senders(Webhook webhook, Mail mail, Topic topic, Clock clock) {
  static Senders of(Clock clock) {
    return new Senders(new Webhook(clock), new Mail(clock), Topic.ofMachine(), clock);
  }
}
