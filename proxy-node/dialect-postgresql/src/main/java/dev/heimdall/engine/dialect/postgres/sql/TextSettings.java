package dev.heimdall.engine.dialect.postgres.sql;

import java.util.Set;

/**
 * Settings by which a server reads a text once, when it parses it: how it is split into tokens, and
 * what its constants stand for ({@code '01/02/2026'::date}). A prepared statement keeps what they
 * said then, whatever they say when it is run.
 */
public final class TextSettings {
  public static final Set<String> ALL =
      Set.of(
          "array_nulls",
          "backslash_quote",
          "client_encoding",
          "datestyle",
          "intervalstyle",
          "lc_monetary",
          "standard_conforming_strings",
          "timezone",
          "timezone_abbreviations",
          "transform_null_equals",
          "xmloption");

  private TextSettings() {}
}
