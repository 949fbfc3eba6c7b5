package dev.heimdall.manager.login;

import dev.heimdall.directory.DirectoryAnswer;
import dev.heimdall.directory.DirectoryEvents;
import dev.heimdall.directory.DirectoryLogIns;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.model.LdapSettings;
import dev.heimdall.model.ManagerDirectory;
import dev.heimdall.model.callers.Networks;
import dev.heimdall.model.report.LogLine;
import dev.heimdall.secrets.Content;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Log-ins that a directory decides on: of people without an account here, whose groups say what
 * they may do. Each is called by its name in the directory with {@code ldap:} before it, which no
 * account can be called.
 */
public final class DirectoryPeople {
  /** Prefix of the names of a directory's users. */
  static final String PREFIX = "ldap:";

  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Others would be written in another way into logs and pages. */
  private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}._@+-]{1,128}");

  private final ManagerDirectory settings;
  private final DirectoryLogIns logIns;
  private final String generation;

  private DirectoryPeople(ManagerDirectory settings) throws IOException {
    this.settings = settings;
    logIns = new DirectoryLogIns(settings.ldap(), new Logged());
    generation = generation(settings);
  }

  /**
   * Those of a directory, which is not asked yet.
   *
   * @throws IOException when something of the settings cannot be used; the message names it
   */
  public static DirectoryPeople of(ManagerDirectory settings) throws IOException {
    return new DirectoryPeople(settings);
  }

  /** A word for all that a user's role follows from: with other settings it is another one. */
  private static String generation(ManagerDirectory settings) {
    LdapSettings ldap = settings.ldap();
    return Content.of(
            List.of(
                    ldap.servers(),
                    ldap.userDn(),
                    ldap.searchBase(),
                    ldap.searchFilter(),
                    ldap.groupBase(),
                    ldap.groupAttribute(),
                    ldap.groupFilter(),
                    ldap.groupName(),
                    settings.admins(),
                    settings.auditors(),
                    settings.readers())
                .toString())
        .hash();
  }

  private record Logged() implements DirectoryEvents {
    @Override
    public void unavailable(String server, String why) {
      new LogLine("directory server unavailable")
          .pair("server", server)
          .pair("reason", why)
          .log(LOG, Level.WARN);
    }

    @Override
    public void available(String server) {
      new LogLine("directory server available").pair("server", server).log(LOG, Level.INFO);
    }

    @Override
    public void unusable(String user, String why) {
      new LogLine("directory user rejected")
          .pair("user", user)
          .pair("reason", why)
          .log(LOG, Level.WARN);
    }
  }

  /** True if a directory has let him in. */
  static boolean has(Principal who) {
    return who.user().startsWith(PREFIX);
  }

  /** Returns a user whom the directory has let in some time ago. */
  Optional<Principal> still(Principal before) {
    return before.generation().equals(generation) ? Optional.of(before) : Optional.empty();
  }

  private Optional<Role> role(List<String> groups) {
    if (!Collections.disjoint(settings.admins(), groups)) {
      return Optional.of(Role.ADMIN);
    }
    if (!Collections.disjoint(settings.auditors(), groups)) {
      return Optional.of(Role.AUDIT);
    }
    return Collections.disjoint(settings.readers(), groups)
        ? Optional.empty()
        : Optional.of(Role.READ_ONLY);
  }

  /** A password that is tried at the directory. */
  final class Attempt implements Guesses.Try {
    private final ShownPassword shown;
    private final InetAddress from;
    private boolean unavailable;
    private Optional<Principal> who = Optional.empty();

    Attempt(ShownPassword shown, InetAddress from) {
      this.shown = shown;
      this.from = from;
    }

    /** Returns false: recent answers of the directory are available at once. */
    @Override
    public boolean right() {
      return false;
    }

    @Override
    public boolean rightByNow() {
      if (!NAME.matcher(shown.user()).matches() || shown.password().isEmpty()) {
        return false;
      }
      DirectoryAnswer answer = ask();
      if (answer instanceof DirectoryAnswer.Accepted accepted) {
        who =
            role(accepted.groups())
                .map(role -> Principal.byProvider(PREFIX + shown.user(), role, generation));
        return true;
      }
      unavailable = !(answer instanceof DirectoryAnswer.Rejected);
      return false;
    }

    private DirectoryAnswer ask() {
      CompletableFuture<DirectoryAnswer> answer = new CompletableFuture<>();
      logIns.check(
          origin(), shown.user(), shown.password(), () -> !answer.isDone(), answer::complete);
      try {
        return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        answer.cancel(false);
        return new DirectoryAnswer.Unavailable("it has not answered in time");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return new DirectoryAnswer.Unavailable("the manager ends");
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }

    /**
     * Identifies the origin for taking turns: a client with a whole network of IPv6 has one turn.
     */
    Object origin() {
      return Networks.key(from);
    }

    /** A directory that does not answer has looked at nothing. */
    @Override
    public boolean seen() {
      return !unavailable;
    }

    boolean unavailable() {
      return unavailable;
    }

    /** Empty also for one who is let in and may do nothing. */
    Optional<Principal> who() {
      return who;
    }
  }
}
