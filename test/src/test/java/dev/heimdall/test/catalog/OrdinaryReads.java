package dev.heimdall.test.catalog;

import java.util.List;

/**
 * Reads of tables with the server's own types, by the operators and words that applications use.
 */
final class OrdinaryReads {
  static final String[] TABLES = {
    "CREATE TABLE i (id int PRIMARY KEY, n int, b bigint, s smallint, f float8, r real,"
        + " m numeric(10, 2), q numeric)",
    "CREATE TABLE t (id int PRIMARY KEY, a text, v varchar(40), c char(5), u uuid, ok bool, d date,"
        + " ts timestamp, tz timestamptz, iv interval, j jsonb, js json, ia int[], ta text[],"
        + " by bytea, ip inet)",
    "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')",
    "CREATE DOMAIN positive AS int CHECK (value > 0)",
    "CREATE TABLE e (id int, m mood, p positive, t_id int REFERENCES t)",
    "CREATE VIEW tv AS SELECT id, a, v FROM t WHERE ok"
  };

  static final List<String> ALL =
      List.of(
          """
          select n from i where id = 1
          select n from i where id = $1
          select n from i where id <> 1
          select n from i where id != 1
          select n from i where id < 5
          select n from i where id <= 5
          select n from i where id > 5
          select n from i where id >= 5
          select n from i where id in (1, 2, 3)
          select n from i where id in ($1, $2)
          select n from i where id not in (1, 2)
          select n from i where id = any ($1)
          select n from i where id = any ('{1,2}')
          select n from i where id between 1 and 5
          select n from i where id between $1 and $2
          select n + 1 from i where id = 1
          select n - 1, n * 2, n / 2, n % 2 from i
          select -n, +n, @ n from i
          select n from i where n % 2 = 0
          select b | 1, b & 2, b # 3, ~b, b << 1, b >> 1 from i
          select n ^ 2, |/ f from i
          select m + q, m * 1.1, m - 1 from i where m > 0
          select f / r from i where f < 1e3
          select s + n + b from i
          select count(*) from i
          select count(n), sum(n), avg(n), min(n), max(n) from i
          select max(m), min(q), sum(b), avg(f) from i
          select sum(s), max(r) from i group by n
          select n, count(*) from i group by n having count(*) > 1
          select distinct n from i
          select n from i order by n
          select n from i order by n desc nulls last limit 10
          select n from i order by id limit $1 offset $2
          select abs(n), round(m, 1), floor(f), greatest(n, 1), least(n, s) from i
          select coalesce(n, 0), nullif(n, 0) from i
          select case when n > 1 then 'a' else 'b' end from i
          select case n when 1 then 'a' else 'b' end from i
          select n from i where n is null or n is not null
          select n from i where n is distinct from 3
          select n from i where (id, n) = (1, 2)
          select n from i where (id, n) in ((1, 2), (3, 4))
          select n from i where (id, n) < (1, 2)
          select a.n from i a join i b on a.id = b.n
          select a.n from i a join i b using (id)
          select a.n from i a left join i b on a.id = b.id where b.id is null
          select n from i natural join t
          select id from i union select id from t
          select id from i union all select id from t
          select id from i except select id from t
          select id from i intersect select id from t
          select n from i where id in (select id from t)
          select n from i where exists (select 1 from t where t.id = i.id)
          select n from i where id = (select max(id) from t)
          select n from i where not (id = 1 or id = 2) and n > 0
          select row_number() over (partition by n order by id) from i
          select sum(n) over (order by id) from i
          select lag(n) over (order by id) from i
          with x as (select id, n from i where n > 1) select x.n from x join t on t.id = x.id
          select id::bigint + 1 from i
          select cast(n as text) || 'x' from i
          select a from t where id = 1
          select a from t where a = 'x'
          select a from t where a = $1
          select a from t where a <> 'x'
          select a from t where a < 'x'
          select a from t where a > $1
          select a from t where a in ('x', 'y')
          select a from t where a = any ($1)
          select a from t where a between 'a' and 'b'
          select a from t where a like 'x%'
          select a from t where a not like '%x'
          select a from t where a ilike 'x%'
          select a from t where a like $1
          select a from t where a ~ '^x'
          select a from t where a ~* 'x'
          select a from t where a !~ 'x'
          select a from t where a similar to 'x%'
          select a || v from t
          select a || 'x' from t
          select a || $1 from t
          select v from t where v = 'x'
          select v from t where v = $1
          select v from t where v like 'x%'
          select v from t where v in ('x', 'y')
          select c from t where c = 'x'
          select lower(a), upper(v), length(a), trim(a), substring(a from 1 for 2), replace(a, 'x', 'y') from t
          select a from t where lower(a) = 'x'
          select max(a), min(v), count(distinct a) from t
          select string_agg(a, ',') from t
          select array_agg(id) from t
          select string_agg(a, ',' order by id) from t
          select a, count(*) from t group by a
          select distinct a from t
          select distinct on (a) a, v from t order by a, id
          select a from t order by a
          select a from t order by lower(v) desc
          select u from t where u = '9e107d9d-3b58-4c0f-8b05-1f6c7d5c3f11'
          select u from t where u = $1
          select u from t order by u
          select id from t where ok
          select id from t where ok = true
          select id from t where not ok and id > 3
          select id from t where d = '2020-01-01'
          select id from t where d between '2020-01-01' and '2020-12-31'
          select id from t where d = date '2020-01-01'
          select id from t where ts > '2020-01-01 00:00:00'
          select id from t where ts >= $1 and ts < $2
          select id from t where tz > '2020-01-01 00:00:00+00'
          select ts + interval '1 day' from t
          select ts - ts, d - d, d + 1 from t
          select max(ts), min(d) from t
          select date_trunc('day', ts), extract(year from ts) from t
          select id from t order by ts desc limit 5
          select iv * 2, iv + iv from t
          select j -> 'a' from t
          select j ->> 'a' from t
          select j -> 'a' ->> 'b' from t where j ->> 'c' = 'x'
          select id from t where j @> '{"a": 1}'
          select id from t where j ? 'a'
          select id from t where j = '{"a": 1}'
          select j || '{"b": 2}' from t
          select j #>> '{a,b}' from t
          select js ->> 'a' from t
          select id from t where ia @> '{1}'
          select id from t where ia && array[1, 2]
          select id from t where 3 = any (ia)
          select ia[1], ia || 4 from t
          select id from t where ta @> array['x']
          select id from t where ta = '{x,y}'
          select id from t where 'x' = any (ta)
          select unnest(ia) from t
          select array_length(ia, 1), cardinality(ta) from t
          select id from t where by = '\\x00'
          select id from t where ip << '10.0.0.0/8'
          select id from e where m = 'ok'
          select id from e where m > 'sad' order by m
          select m, count(*) from e group by m
          select id from e where p = 1
          select id from e where p > $1
          select id from e where p in (1, 2)
          select t.a from t join e on e.t_id = t.id where e.p = 3 order by t.a
          select a from tv where id = 3
          select a from tv where v like 'x%'
          select count(*) from tv
          values (1), (2)
          select 1 + 1
          select n from i where n = 1 and id = 2 order by n
          select to_char(m, '999') from i
          select a from t where position('x' in a) > 0
          select a from t where a collate "C" < 'b'
          """
              .split("\n"));

  private OrdinaryReads() {}
}
