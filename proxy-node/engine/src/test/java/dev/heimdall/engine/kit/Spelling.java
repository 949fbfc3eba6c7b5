package dev.heimdall.engine.kit;

import java.util.function.BiConsumer;

/**
 * A way in which clients have a statement carried out.
 *
 * @param name for people
 * @param unruled whether there are no rules yet when it is begun
 * @param before what a client sends of the statement long before it runs it, if anything
 * @param run sends the rest, at last what runs it
 */
public record Spelling(
    String name,
    boolean unruled,
    BiConsumer<KitClient, String> before,
    BiConsumer<KitClient, String> run) {
  /** As one text, to which others are compared. */
  static final Spelling TEXT = of("text", KitClient::sends);

  /** Prepared while the session is as new. */
  static final Spelling PREPARED_BEFORE =
      of(
          "prepared before",
          (client, sql) -> client.prepare(1, sql),
          (client, sql) -> client.execute(1));

  /** Prepared while there were no rules. */
  static final Spelling PREPARED_UNRULED =
      PREPARED_BEFORE.unruled("prepared before there were rules");

  /** Prepared where it is run. */
  static final Spelling PREPARED =
      of(
          "prepared",
          (client, sql) -> {
            int number = client.anotherNumber();
            if (client.prepares(() -> client.prepare(number, sql))) {
              client.execute(number);
            }
          });

  /** One of which nothing is sent before. */
  public static Spelling of(String name, BiConsumer<KitClient, String> run) {
    return of(name, (client, sql) -> {}, run);
  }

  public static Spelling of(
      String name, BiConsumer<KitClient, String> before, BiConsumer<KitClient, String> run) {
    return new Spelling(name, false, before, run);
  }

  /** The same that is begun when there are no rules yet. */
  public Spelling unruled(String as) {
    return new Spelling(as, true, before, run);
  }

  /** True if another statement is sent ahead of it whose answer is not awaited. */
  boolean pipelined() {
    return name.startsWith("pipelined");
  }

  @Override
  public String toString() {
    return name;
  }
}
