package dev.heimdall.manager.alerts;

import java.time.Clock;

/** Senders of messages by type of target. */
record Senders(Webhook webhook, Mail mail, Topic topic, Clock clock) {
  static Senders of(Clock clock) {
    return new Senders(new Webhook(clock), new Mail(clock), Topic.ofMachine(), clock);
  }
}
