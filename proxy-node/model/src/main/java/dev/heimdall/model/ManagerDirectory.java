package dev.heimdall.model;

import java.nio.file.Path;
import java.util.List;

/** The directory that people of a manager log in with: a document of its own. */
public record ManagerDirectory(
    @Setting("The directory; the settings are those of `ldap` in node.json.") LdapSettings ldap,
    @Setting(
            value = "Groups of the directory whose members have the role `admin`.",
            byDefault = "[]",
            applies = Applies.RESTART)
        List<String> admins,
    @Setting(
            value = "Groups whose members have the role `audit`.",
            byDefault = "[]",
            applies = Applies.RESTART)
        List<String> auditors,
    @Setting(
            value = "Groups whose members have the role `read_only`.",
            byDefault = "[]",
            applies = Applies.RESTART)
        List<String> readers) {
  public ManagerDirectory {
    admins = List.copyOf(admins);
    auditors = List.copyOf(auditors);
    readers = List.copyOf(readers);
  }

  /**
   * Reads one.
   *
   * @throws ConfigurationException with the problems that were found
   */
  public static ManagerDirectory read(Path file) throws ConfigurationException {
    return StrictDocument.read(file, ManagerDirectory.class, ManagerDirectory::check);
  }

  private static void check(ManagerDirectory read, StrictDocument.Findings in) {
    read.ldap.check(in);
    if (in.sound("$.ldap.servers") && !read.ldap.any()) {
      in.problem("$.ldap.servers", "no server", "the servers of the directory");
    }
    if (in.sound("$.admins", "$.auditors", "$.readers")
        && read.admins.isEmpty()
        && read.auditors.isEmpty()
        && read.readers.isEmpty()) {
      in.problem(
          "$.admins",
          "no group, and none in \"auditors\" and \"readers\"",
          "a group in one of them: nobody could log in");
    }
  }
}
