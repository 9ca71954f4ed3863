INSERT INTO orders VALUES
  (101, 'nan@example.com', 'NaN', 0.5, true, '2026-01-10', 'glad', '{a}', '{}', NULL, false, '2026-01-10 08:00:00+00'),
  (102, 'long@example.com', 1234567890123456789012345678.12, 0.5, true, '2026-01-10', 'glad', '{a}', '{}', NULL, false, '2026-01-10 08:00:00+00'),
  (103, 'ever@example.com', 1, 0.5, true, 'infinity', 'glad', '{a}', '{}', NULL, false, '2026-01-10 08:00:00+00');
