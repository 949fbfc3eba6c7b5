package dev.heimdall.engine.auth;

import dev.heimdall.model.User;
import java.util.Optional;
import java.util.function.Consumer;

/** Users who have no document, as another source knows them. Thread-safe, never blocks. */
public interface UserLookup {
  /**
   * Result of the lookup of a name.
   *
   * @param user empty where there is none
   * @param others what users have had who were found
   * @param failed true if no source could be asked: nothing is known then
   */
  record Answer(Optional<User> user, FoundUsers others, boolean failed) {}

  /**
   * Finds a user.
   *
   * @param then called at once where the name is known, else on another thread
   */
  void find(String name, Consumer<Answer> then);
}
