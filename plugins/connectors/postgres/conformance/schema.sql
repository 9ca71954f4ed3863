CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TABLE orders (
  id bigint PRIMARY KEY,
  email text,
  total numeric(30, 2),
  weight double precision,
  paid boolean,
  placed date,
  mood mood,
  tags text[],
  lines jsonb,
  ref uuid,
  gone boolean NOT NULL DEFAULT false,
  updated timestamptz NOT NULL
);
CREATE INDEX ON orders (updated, id);
CREATE SCHEMA "odd ""one""";
CREATE TABLE "odd ""one"""."Sélect; --" ("from" int, "Key|2" text, "a""b" text, noted timestamp, PRIMARY KEY ("from", "Key|2"));
