package dev.heimdall.model;

/** Trait that some engines have, and others have not. */
public enum EngineTrait {
  /**
   * A client hears what its server is before it says who it is: the node itself has to log in there
   * to find out.
   */
  GREETS_FIRST,
  /** Statements name databases, which then cannot have other names for clients. */
  NAMES_DATABASES,
  /** Clients send passwords safe from eavesdroppers, also without TLS. */
  HIDES_PASSWORDS,
  /** Servers can be asked for what they keep of users' passwords. */
  TELLS_VERIFIERS,
  /** Handshakes of TLS name the protocol (ALPN) also where servers were asked for TLS first. */
  ALWAYS_NAMED_IN_TLS,
  /** Servers may ask clients for files. */
  ASKS_FOR_FILES,
  /** Clients may ask for what is sent to be compressed. */
  COMPRESSES,
  /** BEGIN has no effect that is seen before the statement behind it. */
  BEGINS_LATE,
  /** Each database tells only of its own changes, and has to be known by name. */
  CHANGES_BY_DATABASE,
  /** URLs name the database as a property behind a semicolon, and not as a path. */
  PROPERTIES_IN_URLS,
  /** Plans name the tables that they use in full. */
  PLANS_NAME_TABLES,
  /** Nodes can send short reads of several clients over one server connection at the same time. */
  PIPELINES,
  /** A statement can run as a procedure of its own, with its variables as parameters. */
  WRAPS_STATEMENTS
}
