package dev.heimdall.engine.foreign;

import dev.heimdall.engine.sql.Parameter;
import java.util.List;

/**
 * What a data source is asked for.
 *
 * @param want how much of it
 * @param sql the client's text, with {@code $1} and so on
 * @param database the database that it is about
 * @param types of the parameters as far as the client has given them, 0 where it has not
 * @param parameters their values; none for a simple query and a description
 * @param formats of the result's columns as Bind has them: none for text, one for all, or one each
 * @param described whether the reply begins with a description of the result
 * @param maxRows how many rows are wanted; 0 for all
 * @param contained whether it leaves nothing on its connection for all that is known
 */
public record ForeignStatement(
    Want want,
    String sql,
    String database,
    List<Integer> types,
    List<Parameter> parameters,
    List<Integer> formats,
    boolean described,
    int maxRows,
    boolean contained) {

  /** How much of a statement is wanted. */
  public enum Want {
    /** Its text is carried out as it stands. */
    SIMPLE,
    /** It is carried out with parameters. */
    PREPARED,
    /** The types of its parameters and its result. */
    STATEMENT_DESCRIPTION,
    /** Those of its result. */
    PORTAL_DESCRIPTION
  }

  public ForeignStatement {
    types = List.copyOf(types);
    parameters = List.copyOf(parameters);
    formats = List.copyOf(formats);
  }

  /** A simple query. */
  public static ForeignStatement simple(String sql, String database, boolean contained) {
    return new ForeignStatement(
        Want.SIMPLE, sql, database, List.of(), List.of(), List.of(), true, 0, contained);
  }

  @Override
  public String toString() {
    return want + " with " + parameters.size() + " parameters";
  }
}
