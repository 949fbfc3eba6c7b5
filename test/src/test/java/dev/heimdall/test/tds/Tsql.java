package dev.heimdall.test.tds;

import java.util.List;

/** T-SQL as the interpreter has it: control flow as a tree, queries and expressions as words. */
interface Tsql {
  /** Line of its first word. */
  int line();

  /** BEGIN … END, or all of a batch. */
  record Block(List<Tsql> statements, int line) implements Tsql {}

  /** Without ELSE, the last is null. */
  record If(List<TsqlToken> condition, Tsql then, Tsql otherwise, int line) implements Tsql {}

  record While(List<TsqlToken> condition, Tsql body, int line) implements Tsql {}

  record Try(Block body, Block caught, int line) implements Tsql {}

  /** One variable; its value may be null. */
  record Declare(String name, String type, List<TsqlToken> value, int line) implements Tsql {}

  /** Table variable with the words in its parentheses. */
  record DeclareTable(String name, List<TsqlToken> columns, int line) implements Tsql {}

  record Assign(String name, List<TsqlToken> value, int line) implements Tsql {}

  /** SET with an option's words. */
  record SetOption(List<TsqlToken> words, int line) implements Tsql {}

  /** SELECT, INSERT, UPDATE, DELETE, MERGE, WITH …, DDL. */
  record Query(List<TsqlToken> words, int line) implements Tsql {}

  enum Move {
    BEGIN,
    COMMIT,
    ROLLBACK,
    SAVE
  }

  /** The name is a word or a variable, or null. */
  record Transaction(Move move, TsqlToken name, int line) implements Tsql {}

  /** PRINT, RAISERROR, THROW, RETURN, WAITFOR, KILL, with comma-separated arguments. */
  record Call(String verb, List<List<TsqlToken>> arguments, int line) implements Tsql {}

  record Use(String database, int line) implements Tsql {}

  /** An argument of EXEC; the name is null where it has none. */
  record Argument(String name, List<TsqlToken> value, boolean output) {}

  /** EXEC of a procedure. */
  record Execute(String result, String procedure, List<Argument> arguments, int line)
      implements Tsql {}

  /** EXEC ('text'). */
  record ExecuteText(List<TsqlToken> text, int line) implements Tsql {}

  /** A parameter of a procedure. */
  record Parameter(String name, String type, List<TsqlToken> value, boolean output) {}

  record CreateProcedure(
      String name, List<Parameter> parameters, Block body, boolean replace, String text, int line)
      implements Tsql {}

  /**
   * CREATE or ALTER of a view, function, trigger, synonym or security policy.
   *
   * @param words all of it, of which the first is CREATE
   * @param kind VIEW, FUNCTION …
   */
  record Define(String kind, String name, List<TsqlToken> words, String text, int line)
      implements Tsql {}

  record DropDefinition(String kind, String name, boolean ifExists, int line) implements Tsql {}

  record DropProcedure(String name, boolean ifExists, int line) implements Tsql {}

  /** EXECUTE AS with a login's or a user's name, or REVERT with none. */
  record ExecuteAs(List<TsqlToken> name, int line) implements Tsql {}

  /** BREAK or CONTINUE. */
  record Jump(boolean onwards, int line) implements Tsql {}

  /**
   * DECLARE of a cursor, OPEN of a key or a cursor, DBCC TRACEON, and what ends them.
   *
   * @param words all of it but its first
   */
  record Leaves(String verb, List<TsqlToken> words, int line) implements Tsql {}

  /** Understood as harmless: GRANT, ALTER DATABASE, DBCC … */
  record Ignored(int line) implements Tsql {}
}
