package dev.heimdall.launcher.moving;

import dev.heimdall.launcher.process.CommandFailure;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A configuration as it was understood, not written yet. */
public final class Imported {
  private final Documents documents;
  private final Notes notes;

  Imported(Documents documents, Notes notes) {
    this.documents = documents;
    this.notes = notes;
  }

  /**
   * Reads {@code pgbouncer.ini} and the files that it names.
   *
   * @param userlist the file with users, where it is not where {@code auth_file} says
   * @throws CommandFailure with the file and line that cannot be read
   */
  public static Imported fromPgBouncer(Path file, Optional<Path> userlist) throws CommandFailure {
    return PgBouncerImport.read(file, userlist);
  }

  /**
   * Reads {@code proxysql.cnf}.
   *
   * @throws CommandFailure with the file and line that cannot be read
   */
  public static Imported fromProxySql(Path file) throws CommandFailure {
    return ProxySqlImport.read(file);
  }

  /**
   * Reads {@code maxscale.cnf} and the files of the folder beside it.
   *
   * @throws CommandFailure with the file and line that cannot be read
   */
  public static Imported fromMaxScale(Path file) throws CommandFailure {
    return MaxScaleImport.read(file);
  }

  /**
   * Writes the documents into a directory that is empty or not there yet; nothing if they are not
   * right.
   *
   * @return what was written, relative to the directory
   */
  public List<String> write(Path directory) throws CommandFailure {
    return documents.write(directory);
  }

  /**
   * Notes on what could not be carried over, and on what means something else here: a line for
   * each.
   */
  public List<String> notes() {
    return notes.lines();
  }
}
