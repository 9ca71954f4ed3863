using CustomerInsights.Bench;
using CustomerInsights.Bench.Lifecycle;

switch (args)
{
    case ["csv", .. var rest]:
        await CsvBench.RunAsync(rest is [var rows, ..] ? int.Parse(rows, System.Globalization.CultureInfo.InvariantCulture) : 1_000_000);
        return 0;
    case ["contoso", var data]:
        await ContosoBench.RunAsync(data);
        return 0;
    case ["contoso-once", var data, var directory]:
        await ContosoBench.OnceAsync(data, directory);
        return 0;
    case ["fuzz", .. var rest]:
        return await FuzzCommand.RunAsync(rest);
    case ["unify", .. var rest]:
        UnifyBench.Run(rest is [var count, ..] ? int.Parse(count, System.Globalization.CultureInfo.InvariantCulture) : 100_000);
        return 0;
    case ["unify-sets", .. var rest]:
        CustomerInsights.Bench.Unify.GeneratedSets.Run(rest is [_, var folder, ..] ? folder : null, rest is [var seed, ..] ? ulong.Parse(seed, System.Globalization.CultureInfo.InvariantCulture) : 1);
        return 0;
    case ["unify-memory", var records, .. var rest]:
        CustomerInsights.Bench.Unify.MemoryBench.Run(
            int.Parse(records, System.Globalization.CultureInfo.InvariantCulture), rest is [var budget, ..] && budget != "-" ? int.Parse(budget, System.Globalization.CultureInfo.InvariantCulture) : null, rest.Contains("live"));
        return 0;
    case ["unify-bad", .. var rest]:
        CustomerInsights.Bench.Unify.BadDataBench.Run(rest is [var bad, ..] ? int.Parse(bad, System.Globalization.CultureInfo.InvariantCulture) : 100_000);
        return 0;
    case ["unify-increments", var file, .. var rest]:
        await CustomerInsights.Bench.Unify.IncrementsBench.RunAsync(file, rest is [var truth, ..] ? truth : null);
        return 0;
    case ["live", .. var rest]:
        var figures = rest.Select(one => int.Parse(one, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        await LiveBench.RunAsync(figures is [var people, ..] ? people : 100_000, figures is [_, var rate, ..] ? rate : 2_000, figures is [_, _, var time, ..] ? time : 20, figures is [_, _, _, var types, ..] ? types : 10);
        return 0;
    case ["events", var perSecond, var length, .. var rest]:
        await CustomerInsights.Bench.Events.EventsBench.RunAsync(
            perSecond == "max" ? null : double.Parse(perSecond, System.Globalization.CultureInfo.InvariantCulture), int.Parse(length, System.Globalization.CultureInfo.InvariantCulture), rest is ["batch", ..]);
        return 0;
    case ["event-soak", .. var rest]:
        await CustomerInsights.Bench.Events.EventsBench.SoakAsync(
            rest is [var soaked, ..] ? double.Parse(soaked, System.Globalization.CultureInfo.InvariantCulture) : 5_000, rest is [_, var duration, ..] ? int.Parse(duration, System.Globalization.CultureInfo.InvariantCulture) : 600);
        return 0;
    case ["event-clients", .. var rest]:
        return await CustomerInsights.Bench.Events.EventsBench.ClientsAsync(rest is [var posted, ..] ? int.Parse(posted, System.Globalization.CultureInfo.InvariantCulture) : 10_000);
    case ["events-project", .. var rest]:
        await CustomerInsights.Bench.Events.EventsProjectBench.RunAsync(rest is [var events, ..] ? int.Parse(events, System.Globalization.CultureInfo.InvariantCulture) : 200_000);
        return 0;
    case ["columns-build", .. var rest]:
        await CustomerInsights.Bench.Columns.ColumnsBuildBench.RunAsync(rest);
        return 0;
    case ["search", .. var rest]:
        await CustomerInsights.Bench.Search.SearchBench.RunAsync(
            rest is [var searched, ..] ? int.Parse(searched, System.Globalization.CultureInfo.InvariantCulture) : 1_000_000, rest is [_, var often, ..] ? int.Parse(often, System.Globalization.CultureInfo.InvariantCulture) : 300);
        return 0;
    case ["tables", .. var rest]:
        await CustomerInsights.Bench.Tables.TablesBench.RunAsync(rest is [var listed, ..] ? int.Parse(listed, System.Globalization.CultureInfo.InvariantCulture) : 1_000_000);
        return 0;
    case ["office365", .. var rest]:
        return await Office365Bench.RunAsync(rest is [var mailItems, ..] ? int.Parse(mailItems, System.Globalization.CultureInfo.InvariantCulture) : 200_000);
    case ["predictions", .. var rest]:
        CustomerInsights.Bench.Predictions.PredictionsBench.Run(rest is [var prediction, ..] ? prediction : null, rest is [_, var made, ..] ? int.Parse(made, System.Globalization.CultureInfo.InvariantCulture) : 10_000_000);
        return 0;
    case ["predictions-population", .. var rest]:
        return await CustomerInsights.Bench.Predictions.PopulationBench.RunAsync(
            rest is [var streamed, ..] ? int.Parse(streamed, System.Globalization.CultureInfo.InvariantCulture) : 10_000_000, rest is [_, var named, ..] ? named : null);
    case ["predictions-host", .. var rest]:
        await CustomerInsights.Bench.Predictions.HostPopulationBench.RunAsync(rest is [var hosted, ..] ? int.Parse(hosted, System.Globalization.CultureInfo.InvariantCulture) : 200_000);
        return 0;
    case ["kernels"]:
        CustomerInsights.Bench.Unify.KernelBench.Run();
        return 0;
    case ["plugins", .. var rest]:
        await LifecycleBench.RunAsync(rest is [var loads, ..] ? int.Parse(loads, System.Globalization.CultureInfo.InvariantCulture) : 1000);
        return 0;
    case ["worker", .. var rest]:
        await WorkerBench.RunAsync(rest is [var read, ..] ? int.Parse(read, System.Globalization.CultureInfo.InvariantCulture) : 2_000_000);
        return 0;
    case ["questions", .. var rest]:
        return await CustomerInsights.Bench.Questions.QuestionsBench.RunAsync(
            rest is [var asked, ..] ? int.Parse(asked, System.Globalization.CultureInfo.InvariantCulture) : 1_000_000, 7, rest is [_, var peers, ..] ? peers : "bench/peers", rest is [_, _, var only, ..] ? only : null);
    default:
        await Console.Error.WriteLineAsync(
            """
            csv [ROWS]        ingestion of a generated CSV file (default 1,000,000 rows), beside CsvHelper reading it
            contoso FOLDER    the whole refresh of Microsoft's lab data from empty: wall time and peak memory
            fuzz WHAT [MINUTES [SEED [ROUND]]]   mutated packages, manifests, catalogs or protocol frames against their readers (default 10 minutes, seed 1)
            plugins [LOADS]   a plugin in process: load, first call, unload, swap during a read, and LOADS (default 1,000) loads and unloads after real use
            worker [RECORDS]  a plugin in process and in a worker: 10-field records (default 2,000,000), round trip, start, memory
            unify [RECORDS]   rule-based unification in memory (default 100,000 records)
            unify-sets [SEED [FOLDER]]   the matcher on made-up sets of many kinds; FOLDER keeps them as CSV files
            unify-memory ROWS [MEGABYTES [live]]   the matcher on ROWS generated records of 8 fields: memory at each step against the budget ("-": none)
            unify-bad [ROWS]  the matcher on bad data of ROWS records (default 100,000) of each kind, with limits of time
            unify-increments FILE [TRUTH]   a stored model, batches of changes and one record at a time over a CSV file; TRUTH is a column that is left out
            questions [PROFILES [PEERS [ours]]]   rules and measures over columns, beside DuckDB and PostgreSQL on the same made-up people (default 1,000,000, ten activities each; PEERS: default bench/peers, after "npm ci" there)
            live [PROFILES [EVENTS [SECONDS [TYPES]]]]   from an event committed to membership changed and published, 1,000 segments (default 100,000 profiles, 2,000 events/s for 20 s, rules over 10 activity types)
            columns-build [--profiles N] [--activities M] [--runs R] [--keep FOLDER [--restart]]   columns from a filled store: built, saved, ready after a restart, caught up (default 1,000,000, and 10 activities each; M is in all; FOLDER keeps the store, --restart then only opens what was saved)
            events RATE|max SECONDS [single|batch]   events posted to the door, durable, beside the same server that drops them and SQLite that appends them
            event-clients [COUNT]   Segment's and RudderStack's node SDKs post COUNT events each (default 10,000) through a proxy that fails at times; needs node
            events-project [EVENTS]   from the event log to records, activities, edges, sessions and fates (default 200,000 made-up events of a shop's site)
            search [PROFILES [TIMES]]   the first page of searches by name, beginning, with typing errors, by e-mail and phone, with rule and segment, over HTTP (default 1,000,000 made-up people, 300 of each kind)
            tables [PROFILES]   members and profiles as files over HTTP: rows a second and memory (default 1,000,000 made-up people, three fields each)
            predictions [FOLDER [CUSTOMERS]]   fits of transaction models: CDNOW of FOLDER (shared/data/prediction), order likelihoods of what is there (CDNOW, groceryElog.csv, apparelTrans.csv with apparelStaticCov.csv, telco.csv), a million rows, and made-up customers grouped, fitted and scored (default 10,000,000)
            predictions-population [CUSTOMERS]   lifetime value and next order over made-up customers that are streamed to them (default 10,000,000): time and memory by phase
            predictions-host [CUSTOMERS]   the same two as jobs of a host with that many profiles in its store (default 200,000): time, memory of host and worker
            kernels           text comparisons of the matcher in ns a call, beside FuzzySharp on the same names
            """);
        return 2;
}
