INSERT INTO orders
SELECT n, 'c' || n || '@example.com', 1, 1, true, '2026-01-10', 'glad', '{a}', '{}', NULL, false, '2026-01-10 08:00:00+00' FROM generate_series(1, 100000) AS n;
