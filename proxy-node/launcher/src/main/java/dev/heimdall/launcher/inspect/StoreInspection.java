package dev.heimdall.launcher.inspect;

import dev.heimdall.engine.share.StoreExamination;
import dev.heimdall.engine.share.StoreMemory;
import dev.heimdall.engine.share.StoreState;
import dev.heimdall.manager.inspect.CheckResult;
import dev.heimdall.model.Secret;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.model.StoreSettings;
import dev.heimdall.model.TlsMode;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Looks at a shared store as a node would. */
final class StoreInspection {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final String LOG_IN = "Log-in";
  private static final String EVENTS = "notify-keyspace-events";
  private static final String POLICY = "maxmemory-policy";

  private StoreInspection() {}

  static void look(StoreSettings store, Consumer<CheckResult> found) {
    boolean all = true;
    for (ServerAddress server : store.addresses()) {
      CheckResult network = Network.look(server, PATIENCE);
      found.accept(network);
      all &= network.state() == CheckResult.State.GOOD;
    }
    if (!all || Thread.currentThread().isInterrupted()) {
      return;
    }
    String subject = store.addresses().get(0).toString();
    if (store.password().filter(Secret::isUnread).isPresent()) {
      found.accept(
          CheckResult.skipped(
              subject,
              LOG_IN,
              "Secrets Manager keeps the password, and only nodes read it.",
              "On a node, `heimdall doctor` logs in with it."));
      return;
    }
    try {
      StoreState state = StoreExamination.look(store);
      found.accept(CheckResult.good(subject, LOG_IN, "Connected at " + state.at()));
      found.accept(
          store.tls().mode() == TlsMode.DISABLE
              ? CheckResult.note(
                  subject,
                  "TLS",
                  "Not encrypted.",
                  "The password and cached rows can be read on the way. ElastiCache offers TLS as"
                      + " encryption in transit.")
              : CheckResult.good(subject, "TLS", "As set: " + store.tls().mode().spelling()));
      found.accept(events(subject, state));
      found.accept(memory(subject, StoreExamination.memory(store)));
    } catch (StoreExamination.FailedException e) {
      found.accept(CheckResult.bad(subject, LOG_IN, e.getMessage(), advice(e.getMessage())));
    }
  }

  /**
   * @param words of the store, whose errors begin with their code, or of what kept it from saying
   *     anything
   */
  private static String advice(String words) {
    if (words.startsWith("WRONGPASS") || words.startsWith("NOAUTH")) {
      return "Check user and password. ElastiCache with AUTH has no user, only the password.";
    }
    if (words.startsWith("NOPERM")) {
      return "Give the user the rights that docs/shared-store.md lists.";
    }
    return "Check TLS, the password, and whether it is a cluster: each has to be as the store has"
        + " it.";
  }

  private static CheckResult events(String subject, StoreState state) {
    return switch (state.keyEvents()) {
      case ON -> CheckResult.good(subject, EVENTS, state.detail());
      case OFF ->
          CheckResult.note(
              subject,
              EVENTS,
              state.detail(),
              "Set it to AE: CONFIG SET notify-keyspace-events AE, or in the parameter group of"
                  + " ElastiCache. Without it nodes ask the store about every key.");
      case UNKNOWN ->
          CheckResult.note(
              subject, EVENTS, "It cannot be found out: " + state.detail(), "It should be AE.");
    };
  }

  private static CheckResult memory(String subject, Optional<StoreMemory> memory) {
    if (memory.isEmpty()) {
      return CheckResult.note(
          subject,
          POLICY,
          "The user may not ask for it.",
          "It should evict, such as allkeys-lru for a store of its own.");
    }
    return memory.get().evicts()
        ? CheckResult.good(subject, POLICY, memory.get().policy())
        : CheckResult.note(
            subject,
            POLICY,
            memory.get().policy()
                + (memory.get().limit() == 0
                    ? ", and no maxmemory: it grows as long as there is memory."
                    : ": when it is full it takes no more answers."),
            "Set maxmemory and a policy that evicts, such as allkeys-lru for a store of its own, or"
                + " volatile-lru.");
  }
}
