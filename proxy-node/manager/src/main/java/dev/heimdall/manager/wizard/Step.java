package dev.heimdall.manager.wizard;

import java.util.List;
import java.util.stream.Stream;

/** Steps of the wizard, in this order. */
public enum Step {
  DATABASE("database", "Database"),
  LOGIN("login", "Log-in"),
  CHECK("check", "Test"),
  CLIENTS("clients", "Clients"),
  SHARING("sharing", "Cache and nodes"),
  REVIEW("review", "Review");

  private final String segment;
  private final String title;

  Step(String segment, String title) {
    this.segment = segment;
    this.title = title;
  }

  public String path() {
    return WizardPages.PATH + "/" + segment;
  }

  public String title() {
    return title;
  }

  Step next() {
    return values()[ordinal() + 1];
  }

  /** The one before; the first has the start of the wizard before it. */
  String back() {
    return this == DATABASE ? WizardPages.PATH : values()[ordinal() - 1].path();
  }

  List<Step> before() {
    return Stream.of(values()).limit(ordinal()).toList();
  }
}
