package dev.heimdall.engine.client;

import dev.heimdall.directory.DirectoryAnswer;
import dev.heimdall.directory.DirectoryEvents;
import dev.heimdall.directory.DirectoryLogIns;
import dev.heimdall.engine.auth.LogInRequest;
import dev.heimdall.model.LdapSettings;
import dev.heimdall.model.callers.Networks;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** The directory that {@code node.json} names at the moment, if it does. Thread-safe. */
public final class Directory {
  private final DirectoryEvents events;
  private LdapSettings settings = LdapSettings.defaults();

  /** Null where there is none. */
  private volatile DirectoryLogIns logIns;

  public Directory(DirectoryEvents events) {
    this.events = events;
  }

  /**
   * Applies settings to the log-ins that follow; those that wait are decided by what was there.
   * What was remembered is forgotten where something differs.
   *
   * @throws IOException as {@link DirectoryLogIns#check}
   */
  public synchronized void update(LdapSettings next) throws IOException {
    if (next.equals(settings)) {
      return;
    }
    logIns = next.any() ? new DirectoryLogIns(next, events) : null;
    settings = next;
  }

  /**
   * Checks the password of a client that wants to log in.
   *
   * @param awaited whether the client is still there; on any thread
   * @param then on any thread
   */
  void check(
      LogInRequest request,
      String password,
      BooleanSupplier awaited,
      Consumer<DirectoryAnswer> then) {
    DirectoryLogIns current = logIns;
    if (current == null) {
      then.accept(new DirectoryAnswer.Unavailable("there is none"));
    } else {
      current.check(Networks.key(request.address()), request.user(), password, awaited, then);
    }
  }
}
