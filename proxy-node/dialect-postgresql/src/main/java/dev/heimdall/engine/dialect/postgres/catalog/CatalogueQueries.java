package dev.heimdall.engine.dialect.postgres.catalog;

import dev.heimdall.engine.dialect.postgres.sql.SessionSettings;
import java.util.stream.Collectors;

/**
 * Queries to the system tables. For PostgreSQL 12 and later. Run with {@code pg_catalog} as the
 * whole search path, so that users cannot slip in functions or operators of their own. Temporary
 * objects are left out, and so is TOAST.
 */
final class CatalogueQueries {
  /** Ids below are given by initdb. */
  static final String FIRST_USER_ID = "16384";

  /**
   * Placeholder for all elements that give another result at another time, or to another session.
   */
  private static final String VARIES = "'timestamptz_in'::regproc::oid::int8";

  /**
   * Condition that an expression or query, in its inner form, has a keyword of the session or the
   * clock, takes rows by chance, locks a row, reads text other than as a type with the same meaning
   * at any time, or has times with a zone and without a date. None of these has a function there.
   */
  private static final String VARYING =
      "(%1$s ~ '\\{(SQLVALUEFUNCTION|TABLESAMPLECLAUSE|TABLEFUNC|JSONEXPR) '"
          + " OR %1$s ~ '\\{COERCEVIAIO ' AND %1$s ~ ':resulttype"
          + " (?!(16|17|18|19|20|21|23|25|26|114|650|700|701|869|1042|1043|1186|1700|2950|3802)\\M)\\d'"
          + " OR %1$s ~ ':varattno -[345]\\M'"
          + " OR %1$s ~ ':(vartype|consttype|resulttype|funcresulttype) (1266|1270)\\M')";

  /**
   * Finds the functions in an expression's or query's inner form. A call of current_setting that is
   * not known to be about the session counts as one of pg_is_in_recovery().
   */
  private static final String CALLS =
      "ARRAY(SELECT DISTINCT m[1]::int8"
          + " FROM regexp_matches(regexp_replace(%1$s, ':funcid (?:2077|3294) (?![^{}]*:args \\(\\{CONST [^}]*"
          + namesOfSession()
          + ")', ':funcid 3810 ', 'g'), ':(?:funcid|opfuncid|aggfnoid|winfnoid) (\\d+)', 'g') m)"
          + " || CASE WHEN "
          + VARYING
          + " THEN ARRAY["
          + VARIES
          + "] ELSE '{}' END";

  /**
   * The search path of roles that have none of their own: what this session began with, unless that
   * was the reading role's own.
   */
  static final String USUAL_PATH =
      """
      SELECT CASE WHEN EXISTS (
               SELECT FROM pg_catalog.pg_db_role_setting s,
                      LATERAL pg_catalog.unnest(s.setconfig) c(setting)
               WHERE s.setrole = current_user::pg_catalog.regrole
                 AND c.setting LIKE 'search_path=%'
                 AND s.setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database
                                           WHERE datname = pg_catalog.current_database())))
             THEN boot_val ELSE reset_val END
      FROM pg_catalog.pg_settings WHERE name = 'search_path'
      """;

  /**
   * Query for a text that stays equal as long as roles and databases give sessions the same initial
   * settings.
   */
  static final String SESSION_DEFAULTS =
      """
      SELECT count(*) || ':' ||
             coalesce(sum(hashtextextended(concat(setdatabase, ' ', setrole, ' ', setconfig::text), 0)), 0)
             || ' ' || (SELECT count(*) || ':' ||
                               coalesce(sum(hashtextextended(concat(e.oid, ' ', e.xmin, ' ', p.xmin), 0)), 0)
                        FROM pg_event_trigger e JOIN pg_proc p ON p.oid = e.evtfoid
                        WHERE e.evtevent = 'login')
      FROM pg_db_role_setting
      """;

  static final String SCHEMAS =
      """
      SELECT n.nspname
      FROM pg_namespace n,
           LATERAL aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
      WHERE a.grantee = 0 AND a.privilege_type = 'USAGE'
      UNION SELECT 'pg_catalog'
      """;

  static final String RELATIONS =
      """
      SELECT c.oid::int8, n.nspname, c.relname, c.relkind, c.relrowsecurity
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f', 'S') AND c.relpersistence <> 't'
      """;

  /**
   * Names that only columns have which hold numbers, times or labels of an enumeration, and that no
   * function or type has, whose results are called after it. And those of types of users, behind
   * two colons, that are no times, not made of other types, and read as the same at any time.
   */
  static final String TEXTLESS =
      """
      SELECT a.attname FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
      WHERE a.attnum > 0 AND NOT a.attisdropped
      GROUP BY 1
      HAVING bool_and(t.typtype = 'e' OR t.oid IN (16, 20, 21, 23, 700, 701, 1700, 1082, 1083, 1114,
                                                   1184, 1186))
             AND bool_or(a.attrelid >= %1$s)
      EXCEPT
      SELECT proname FROM pg_proc WHERE prorettype NOT IN (1082, 1083, 1114, 1184, 1186)
      EXCEPT
      SELECT unnest(proargnames)::name FROM pg_proc WHERE proargnames IS NOT NULL
      EXCEPT
      SELECT typname FROM pg_type WHERE typcategory <> 'D'
      UNION ALL
      SELECT '::' || typname FROM pg_type t JOIN pg_proc i ON i.oid = t.typinput
      WHERE t.oid >= %1$s
      GROUP BY typname
      HAVING bool_and(typtype = 'e' OR typtype = 'b' AND typelem = 0 AND provolatile = 'i'
                                       AND typcategory NOT IN ('A', 'C', 'D', 'R'))
      """
          .formatted(FIRST_USER_ID);

  /** Types as which text means the same at any time. */
  private static final String TIMELESS =
      "'{16,17,18,19,20,21,23,25,26,114,650,700,701,869,1042,1043,1186,1700,2278,2950,3802}'::oid[]";

  /**
   * Condition that a function {@code f}, which reads or writes the values of a type, may do so
   * otherwise at another time. One of the language internal with the code of the server's own for
   * text or numbers does what that does: it is declared STABLE where the encoding of its client
   * decides.
   */
  private static final String READS_OTHERWISE =
      """
      f.provolatile <> 'i'
      AND NOT (f.prolang = 12
               AND f.prosrc IN (SELECT own.prosrc
                                FROM pg_type t JOIN pg_proc own
                                  ON own.oid IN (t.typinput, t.typreceive, t.typoutput, t.typsend)
                                WHERE t.oid = ANY (%s)))
      """
          .formatted(TIMELESS);

  /**
   * Types with values that are read or written otherwise at another time, and those made of them.
   * Times that have a zone and no date: without an offset, that of today is read and written, and
   * they are compared with others by it. Users' own, by what they declare of the functions.
   */
  private static final String VARYING_TYPES =
      """
      RECURSIVE part AS MATERIALIZED (
        SELECT oid AS whole, typbasetype AS type FROM pg_type WHERE typbasetype <> 0
        UNION ALL SELECT oid, typelem FROM pg_type WHERE typelem <> 0
        UNION ALL SELECT rngtypid, rngsubtype FROM pg_range
        UNION ALL SELECT (to_jsonb(r) ->> 'rngmultitypid')::oid, rngtypid FROM pg_range r
        UNION ALL
        SELECT t.oid, a.atttypid
        FROM pg_attribute a JOIN pg_type t ON t.typrelid = a.attrelid
        WHERE a.attnum > 0 AND NOT a.attisdropped AND (a.atttypid IN (1266, 1270) OR a.atttypid >= %1$s)),
      varying(type) AS (
        SELECT 1266::oid
        UNION
        SELECT t.oid
        FROM pg_type t JOIN pg_proc f ON f.oid IN (t.typinput, t.typreceive, t.typoutput, t.typsend)
        WHERE t.typtype = 'b' AND t.oid >= %1$s AND f.oid >= %1$s AND %2$s
        UNION
        SELECT part.whole FROM part JOIN varying USING (type))
      """
          .formatted(FIRST_USER_ID, READS_OTHERWISE);

  /** Tables with columns of such types. */
  static final String VARYING_COLUMNS =
      """
      WITH %s
      SELECT DISTINCT attrelid::int8 FROM pg_attribute
      WHERE atttypid IN (SELECT type FROM varying) AND attnum > 0 AND NOT attisdropped
        AND attrelid >= %s
      """
          .formatted(VARYING_TYPES, FIRST_USER_ID);

  /**
   * Columns of tables by whose values their rows can be told apart: integers, UUIDs, and text that
   * is equal where its bytes are. Not of tables with heirs, partitions, policies, rules or
   * triggers, not computed, not those that a unique index compares in another way, and none at all
   * where users redefine comparisons of the server's own types. Rules and triggers that a statement
   * fires are consequences of its table besides, with which no rows of it are known: these two
   * conditions are a second guard.
   */
  static final String KEYS =
      """
      SELECT a.attrelid::int8, a.attname,
             CASE WHEN a.atttypid IN (20, 21, 23) THEN 'i' WHEN a.atttypid = 2950 THEN 'u' ELSE 't' END
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
           LEFT JOIN pg_collation l ON l.oid = a.attcollation
      WHERE c.oid >= %1$s AND c.relkind = 'r' AND c.relpersistence <> 't'
        AND NOT c.relispartition AND NOT c.relrowsecurity
        AND NOT EXISTS (SELECT FROM pg_inherits i WHERE c.oid IN (i.inhrelid, i.inhparent))
        AND NOT EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = c.oid)
        AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)
        AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        AND (a.atttypid IN (20, 21, 23, 2950) OR a.atttypid IN (25, 1043) AND l.collisdeterministic)
        AND NOT EXISTS (SELECT FROM pg_operator o
                        WHERE o.oid >= %1$s AND o.oprname = '='
                          AND o.oprleft < %1$s AND o.oprright < %1$s)
        AND (a.attrelid, a.attnum) NOT IN (SELECT x.indrelid, x.attnum FROM (%2$s) x)
      """
          .formatted(FIRST_USER_ID, CatalogueDigest.COMPARING_INDEXES);

  /** The bytes of a text, in inner form, that has a dot or is the name of one of these settings. */
  private static String namesOfSession() {
    return SessionSettings.names().stream()
        .sorted()
        .map(CatalogueQueries::inInnerForm)
        .collect(Collectors.joining("|", "\\[(?:[^]]* 46 | \\d+ 0 0 0 (?:", ") \\])"));
  }

  private static String inInnerForm(String text) {
    return text.chars().mapToObj(Integer::toString).collect(Collectors.joining(" "));
  }

  static final String INDEXES =
      """
      SELECT n.nspname, c.relname, i.indrelid::int8
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
           JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'pg_toast')
      """;

  static final String INHERITANCE =
      """
      SELECT i.inhrelid::int8, i.inhparent::int8
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhparent
      WHERE c.relkind IN ('r', 'p', 'f')
      """;

  /**
   * Views are rules on SELECT; those of the server itself are of no interest. Of the others, last,
   * what they change in their own table, as the rights that they need there, which each names with
   * its old and its new row: 1 to insert, 4 to update, 8 to delete.
   */
  static final String RULES =
      """
      SELECT r.ev_class::int8, r.rulename, r.ev_type,
             ARRAY(SELECT DISTINCT m[1]::int8
                   FROM regexp_matches(r.ev_action::text, ':relid (\\d+)', 'g') m),
             %s,
             r.ev_action::text ~ ':hasForUpdate true',
             CASE WHEN r.ev_type = '1' OR r.ev_action::text = '<>' THEN 0
                  WHEN r.ev_action::text !~ ':requiredPerms ' THEN 15
                  ELSE (SELECT coalesce(bit_or(m[1]::int4), 0)
                        FROM regexp_matches(
                          r.ev_action::text,
                          ':relid ' || r.ev_class || ' [^{}]*:requiredPerms (\\d+)', 'g') m) END
      FROM pg_rewrite r
      WHERE (r.oid >= %s OR r.ev_type <> '1') AND r.ev_enabled <> 'D'
      """
          .formatted(
              CALLS.formatted("r.ev_action::text || coalesce(r.ev_qual::text, '')"), FIRST_USER_ID);

  static final String FOREIGN_KEYS =
      """
      SELECT conrelid::int8, confrelid::int8, confupdtype, confdeltype
      FROM pg_constraint WHERE contype = 'f'
      """;

  static final String TRIGGERS =
      """
      SELECT t.tgrelid::int8, t.tgname, t.tgtype::int4, t.tgfoid::int8, %s
      FROM pg_trigger t
      WHERE NOT t.tgisinternal AND t.tgenabled <> 'D'
      """
          .formatted(CALLS.formatted("coalesce(t.tgqual::text, '')"));

  static final String POLICIES =
      """
      SELECT p.polrelid::int8,
             ARRAY(SELECT DISTINCT m[1]::int8
                   FROM regexp_matches(x.tree, ':relid (\\d+)', 'g') m),
             %s
      FROM pg_policy p,
           LATERAL (SELECT coalesce(p.polqual::text, '') || coalesce(p.polwithcheck::text, '')) x(tree)
      """
          .formatted(CALLS.formatted("x.tree"));

  /** Functions that are called when rows are written; domains have no relation. */
  static final String EXPRESSIONS =
      """
      SELECT x.relid::int8, x.typid::int8, %s
      FROM (SELECT adrelid, 0::oid, adbin::text FROM pg_attrdef
            UNION ALL
            SELECT conrelid, contypid, conbin::text FROM pg_constraint WHERE contype = 'c'
            UNION ALL
            SELECT 0, oid, typdefaultbin::text FROM pg_type WHERE typdefaultbin IS NOT NULL
            UNION ALL
            SELECT indrelid, 0, coalesce(indexprs::text, '') || coalesce(indpred::text, '')
            FROM pg_index WHERE indexprs IS NOT NULL OR indpred IS NOT NULL
            UNION ALL
            SELECT partrelid, 0, partexprs::text FROM pg_partitioned_table
            WHERE partexprs IS NOT NULL) x(relid, typid, tree)
      WHERE x.tree ~ ':(op)?funcid'
      """
          .formatted(CALLS.formatted("x.tree"));

  /** Functions of operators that are not the server's own, behind exclusions and foreign keys. */
  static final String COMPARISONS =
      """
      SELECT x.relid::int8, array_agg(DISTINCT o.oprcode::int8)
      FROM (SELECT conrelid, unnest(conexclop) FROM pg_constraint
            UNION ALL
            SELECT relid, op
            FROM pg_constraint, unnest(ARRAY[conrelid, confrelid]) relid,
                 unnest(conpfeqop || conppeqop || conffeqop) op
            WHERE contype = 'f') x(relid, op)
           JOIN pg_operator o ON o.oid = x.op
      WHERE o.oid >= %s AND x.relid <> 0
      GROUP BY 1
      """
          .formatted(FIRST_USER_ID);

  static final String BUILT_INS =
      "SELECT oid::int8, proname, provolatile FROM pg_proc WHERE oid < " + FIRST_USER_ID;

  /** Types, named {@code t}, that may be times or have them: as one, text may be read. */
  private static final String MAY_BE_TIMES =
      """
      t.oid <> ALL (%1$s) AND (t.typelem = 0 OR t.typelem <> ALL (%1$s))
      AND (t.typtype IN ('b', 'd', 'r', 'm')
           -- anyelement and its kin
           OR t.oid IN (2277, 2283, 2776, 3831, 4537, 4538, 5077, 5078, 5079, 5080)
           OR t.typtype = 'c'
              AND EXISTS (SELECT FROM pg_attribute a JOIN pg_type c ON c.oid = a.atttypid
                          WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
                            AND c.typtype <> 'e' AND c.oid <> ALL (%1$s)
                            AND (c.typelem = 0 OR c.typelem <> ALL (%1$s))))
      """
          .formatted(TIMELESS);

  private static final String ROUTINES =
      """
      WITH %s
      SELECT p.oid::int8, n.nspname, p.proname, p.prokind, p.provolatile, l.lanname,
             coalesce(%s, p.prosrc),
             l.lanname = 'plpgsql'
             AND EXISTS (SELECT FROM pg_type t
                         WHERE t.oid = ANY (coalesce(p.proallargtypes, p.proargtypes::oid[]))
                           AND %s),
             coalesce(array_to_string(p.proconfig, chr(10)), ''),
             EXISTS (SELECT FROM pg_depend d
                     WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                       AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'),
             ARRAY(SELECT f::int8 FROM pg_aggregate a,
                   unnest(ARRAY[a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn,
                                a.aggdeserialfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn]) f
                   WHERE a.aggfnoid = p.oid AND f <> 0)
             || %s
             -- PL/pgSQL reads text as a time where it returns one; of a row it checks the types
             || CASE WHEN l.lanname = 'plpgsql' AND p.proallargtypes IS NULL
                          AND EXISTS (SELECT FROM pg_type t
                                      WHERE t.oid = p.prorettype AND t.typtype <> 'c' AND %s)
                     THEN ARRAY[%s] ELSE '{}' END
             -- an aggregate reads what it begins with, whenever it does
             || CASE WHEN EXISTS (
                            SELECT FROM pg_aggregate a,
                                   LATERAL (VALUES (a.aggtranstype, a.agginitval),
                                                   (a.aggmtranstype, a.aggminitval)) i(type, first)
                            WHERE a.aggfnoid = p.oid AND first IS NOT NULL
                              AND (regexp_replace(first, '["\\\\]', '', 'g')
                                     ~* '(?<![a-z])(now|today|tomorrow|yesterday)(?![a-z])'
                                   OR type IN (SELECT type FROM varying)))
                     THEN ARRAY[%s] ELSE '{}' END
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
           JOIN pg_language l ON l.oid = p.prolang
      WHERE p.oid >= """
          + FIRST_USER_ID;

  /**
   * Types of users among these, without those that values of the server's own types become where
   * nothing says so: of them no statement has to have one.
   */
  private static final String USER_TYPES =
      "ARRAY(SELECT DISTINCT u.oid::int8 FROM unnest(ARRAY[%s]::oid[]) t JOIN pg_type u ON u.oid = t"
          + " WHERE t >= "
          + FIRST_USER_ID
          + " AND NOT EXISTS (SELECT FROM pg_cast c"
          + " WHERE c.casttarget IN (u.oid, u.typelem) AND c.castcontext = 'i' AND c.castsource < "
          + FIRST_USER_ID
          + "))";

  /** Access methods of the server that neither sort nor hash: GiST, GIN, SP-GiST and BRIN. */
  private static final String ONLY_SEARCHING = "(783, 2742, 4000, 3580)";

  /**
   * Schema, name, function, operands' types, and whether an operator class has it by which rows are
   * sorted or hashed. With the functions of its commutator and negator, which the server may call
   * in its place.
   */
  static final String OPERATORS =
      """
      SELECT n.nspname, o.oprname, other.oprcode::int8, %s,
             EXISTS (SELECT FROM pg_amop
                     WHERE amopopr = o.oid AND amoppurpose = 's' AND amopmethod NOT IN %s)
      FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
           JOIN pg_operator other ON other.oid IN (o.oid, o.oprcom, o.oprnegate)
      WHERE o.oid >= %s
      """
          .formatted(USER_TYPES.formatted("o.oprleft, o.oprright"), ONLY_SEARCHING, FIRST_USER_ID);

  /**
   * Support functions of operator classes. Those that neither sort nor hash are only called where
   * an index has the class. Without compiled ones of extensions that SQL cannot call, as they take
   * or return what only the server's code can: nothing looks at what these declare, and authors
   * leave it out.
   */
  private static final String SUPPORT =
      """
      SELECT s.amproc::int8, 'an operator class',
             CASE WHEN sorts.can THEN %2$s ELSE '{}' END,
             CASE WHEN sorts.can THEN NULL ELSE
                  ARRAY(SELECT i.indrelid::int8 FROM pg_index i
                        WHERE EXISTS (SELECT FROM unnest(i.indclass::oid[]) c
                                           JOIN pg_opclass o ON o.oid = c
                                      WHERE o.opcfamily = s.amprocfamily)) END
      FROM pg_amproc s JOIN pg_opfamily f ON f.oid = s.amprocfamily JOIN pg_proc p ON p.oid = s.amproc,
           LATERAL (SELECT f.opfmethod NOT IN %3$s
                           AND EXISTS (SELECT FROM pg_amop o
                                       WHERE o.amopfamily = f.oid AND o.amoppurpose = 's')) sorts(can)
      WHERE s.oid >= %1$s
        AND NOT (2281 = ANY (p.proargtypes::oid[] || p.prorettype) AND p.prolang IN (12, 13)
                 AND EXISTS (SELECT FROM pg_depend d
                             WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                               AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'))
      """
          .formatted(
              FIRST_USER_ID,
              USER_TYPES.formatted("amproclefttype, amprocrighttype"),
              ONLY_SEARCHING);

  /**
   * Called without being named: behind casts, the order of types, and their values' texts.
   * Function, what calls it in words, its types, and the tables where it is called if these decide,
   * else null.
   */
  static final String UNNAMED =
      """
      %2$s
      UNION ALL
      SELECT castfunc::int8,
             'the cast from ' || format_type(castsource, NULL) || ' to '
             || format_type(casttarget, NULL), %3$s, NULL
      FROM pg_cast WHERE oid >= %1$s AND castfunc <> 0
      UNION ALL
      SELECT %4$s, 'the cast to ' || format_type(casttarget, NULL), %3$s, NULL
      FROM pg_cast JOIN pg_type t ON t.oid = casttarget
      WHERE pg_cast.oid >= %1$s AND castmethod = 'i' AND %5$s
      UNION ALL
      SELECT f::int8, 'the range type ' || format_type(rngtypid, NULL), ARRAY[rngtypid::int8], NULL
      FROM pg_range, unnest(ARRAY[rngsubdiff, rngcanonical]) f
      WHERE rngtypid >= %1$s AND f <> 0
      UNION ALL
      SELECT DISTINCT %4$s, 'the type ' || format_type(t.oid, NULL), ARRAY[t.oid::int8], NULL::int8[]
      FROM pg_type t JOIN pg_proc f ON f.oid IN (t.typinput, t.typreceive, t.typoutput, t.typsend)
      WHERE t.typtype = 'b' AND t.oid >= %1$s AND f.oid >= %1$s AND %6$s
      """
          .formatted(
              FIRST_USER_ID,
              SUPPORT,
              "CASE WHEN castsource >= "
                  + FIRST_USER_ID
                  + " THEN ARRAY[castsource::int8] ELSE "
                  + USER_TYPES.formatted("casttarget")
                  + " END",
              VARIES,
              MAY_BE_TIMES,
              READS_OTHERWISE);

  /**
   * Types of users: id, name, element, base, relation. Without a name, others that its values have
   * in them, or that these become where nothing says so.
   */
  static final String TYPES =
      """
      SELECT oid::int8, typname, typelem::int8, typbasetype::int8, typrelid::int8
      FROM pg_type WHERE oid >= %1$s
      UNION ALL
      SELECT rngtypid::int8, NULL, rngsubtype::int8, 0, 0 FROM pg_range WHERE rngtypid >= %1$s
      UNION ALL
      SELECT castsource::int8, NULL, casttarget::int8, 0, 0 FROM pg_cast
      WHERE castcontext = 'i' AND castsource >= %1$s AND casttarget >= %1$s
      """
          .formatted(FIRST_USER_ID);

  /** Relations and the types of users that they have or that their expressions have. */
  static final String TYPES_OF_RELATIONS =
      """
      SELECT attrelid::int8, atttypid::int8 FROM pg_attribute
      WHERE atttypid >= %1$s AND attnum > 0 AND NOT attisdropped
      UNION
      SELECT relid::int8, m[1]::int8
      FROM (SELECT ev_class, ev_action::text || coalesce(ev_qual::text, '') FROM pg_rewrite
            WHERE oid >= %1$s
            UNION ALL
            SELECT polrelid, coalesce(polqual::text, '') || coalesce(polwithcheck::text, '')
            FROM pg_policy
            UNION ALL
            SELECT adrelid, adbin::text FROM pg_attrdef
            UNION ALL
            SELECT conrelid, conbin::text FROM pg_constraint WHERE contype = 'c'
            UNION ALL
            SELECT indrelid, coalesce(indexprs::text, '') || coalesce(indpred::text, '')
            FROM pg_index
            UNION ALL
            SELECT tgrelid, tgqual::text FROM pg_trigger WHERE tgqual IS NOT NULL
            UNION ALL
            SELECT partrelid, partexprs::text FROM pg_partitioned_table
           ) x(relid, tree),
           regexp_matches(tree, ':(?:resulttype|funcresulttype|consttype|casttype) (\\d{5,})', 'g') m
      WHERE m[1]::int8 >= %1$s AND relid <> 0
      """
          .formatted(FIRST_USER_ID);

  /** Functions and the types of users that they take or return. */
  static final String TYPES_OF_ROUTINES =
      """
      SELECT p.oid::int8, t::int8
      FROM pg_proc p,
           unnest(p.proargtypes::oid[] || coalesce(p.proallargtypes, '{}') || p.prorettype) t
      WHERE p.oid >= %1$s AND t >= %1$s
      """
          .formatted(FIRST_USER_ID);

  /**
   * Types by name: base, element, whether of rows or arrays, whether several, whether users' own.
   */
  static final String TYPES_OF_OVERLOADS =
      """
      SELECT t.oid::int8, t.typname, t.typbasetype::int8,
             CASE WHEN e.typarray = t.oid THEN t.typelem::int8 ELSE 0 END,
             t.typtype = 'c' OR t.oid = 2249,
             t.typcategory = 'A' OR t.typelem <> 0 OR t.oid IN (2277, 5078),
             t.typtype = 'p' AND t.oid <> 2249, t.oid >= %1$s
      FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typelem
      """
          .formatted(FIRST_USER_ID);

  static final String IMPLICIT_CASTS =
      "SELECT castsource::int8, casttarget::int8 FROM pg_cast WHERE castcontext = 'i'";

  /** Operators with the functions of their commutators and negators. */
  static final String OPERATOR_OVERLOADS =
      """
      SELECT n.nspname, o.oprname,
             array_remove(ARRAY[o.oprleft::int8, o.oprright::int8], 0::int8), o.oprresult::int8,
             ARRAY(SELECT other.oprcode::int8 FROM pg_operator other
                   WHERE other.oid IN (o.oid, o.oprcom, o.oprnegate))
      FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
      """;

  /**
   * Functions of names that users have given to some, or by which different ones return a type of
   * their operands and one of their own.
   */
  static final String FUNCTION_OVERLOADS =
      """
      SELECT p.oid::int8, n.nspname, p.proname, p.proargtypes::oid[]::int8[],
             p.pronargs - p.pronargdefaults, p.provariadic <> 0, p.prorettype::int8
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE p.proname IN (SELECT f.proname FROM pg_proc f JOIN pg_type t ON t.oid = f.prorettype
                          GROUP BY 1
                          HAVING bool_or(f.oid >= %1$s)
                                 OR bool_or(t.typtype = 'p') AND bool_or(t.typtype <> 'p'))
      """
          .formatted(FIRST_USER_ID);

  static final String RESULTS =
      "SELECT proname, array_agg(DISTINCT prorettype::int8) FROM pg_proc GROUP BY 1";

  static final String COLUMN_TYPES =
      """
      SELECT attrelid::int8, array_agg(attname::text), array_agg(atttypid::int8)
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE attrelid >= %1$s AND attnum > 0 AND NOT attisdropped
        AND c.relkind IN ('r', 'v', 'm', 'p', 'f')
      GROUP BY 1
      """
          .formatted(FIRST_USER_ID);

  static final String EVENT_TRIGGERS =
      """
      SELECT evtname, evtfoid::int8 FROM pg_event_trigger
      WHERE evtenabled <> 'D' AND evtevent <> 'login'
      """;

  /** Search paths of roles and of the database; the more special ones come last. */
  static final String ROLE_SETTINGS =
      """
      SELECT r.rolname, c.setting
      FROM pg_db_role_setting s
           LEFT JOIN pg_roles r ON r.oid = s.setrole,
           LATERAL unnest(s.setconfig) c(setting)
      WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
        AND (s.setrole = 0 OR r.oid IS NOT NULL)
        AND lower(c.setting) LIKE 'search_path=%'
      ORDER BY s.setrole <> 0, s.setdatabase <> 0
      """;

  private CatalogueQueries() {}

  /**
   * All functions that are not the server's own.
   *
   * @param parsedBodies whether the server keeps bodies in standard SQL in parsed form; they come
   *     back with the full names of tables
   */
  static String routines(boolean parsedBodies) {
    return ROUTINES.formatted(
        VARYING_TYPES,
        parsedBodies ? "pg_get_function_sqlbody(p.oid)" : "NULL",
        MAY_BE_TIMES,
        CALLS.formatted("coalesce(p.proargdefaults::text, '')"),
        MAY_BE_TIMES,
        VARIES,
        VARIES);
  }
}
