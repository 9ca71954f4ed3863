using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Csv;

/// <summary>Writes a segment's members to a CSV or JSON lines file: nothing is there before the commit.</summary>
public sealed class CsvExport : IExportTarget
{
    private static readonly string[] Delimiters = [",", ";", "\t", "tab", "|"];

    /// <inheritdoc />
    public ExportDescriptor Describe(ReadOnlyMemory<byte> configuration)
    {
        Read(configuration);
        return new ExportDescriptor(ExportMembership.Full, ExportVisibility.Transactional) { MaxBatch = 5000, Idempotent = true };
    }

    /// <inheritdoc />
    public ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken)
    {
        var items = new List<CheckItem>();
        try
        {
            var options = Read(configuration);
            items.Add(new CheckItem("Settings are right", Ok: true));
            var folder = ExportFolder.Resolve(options.Directory, context.Grants);
            items.Add(new CheckItem("Folder is granted", Ok: true));
            var existing = folder;
            while (!Directory.Exists(existing))
            {
                existing = Path.GetDirectoryName(existing)!;
            }

            // Nothing is written to find out: a check changes nothing at the target.
            items.Add(IsWritable(existing)
                ? new CheckItem("Folder can be written", Ok: true)
                : new CheckItem("Folder can be written", Ok: false, $"The account of the host may not write to '{existing}'. Give it the right.") { Kind = FailureKind.Configuration, ConfigurationPath = "/directory" });
        }
        catch (PluginException error)
        {
            items.Add(CheckItem.Failed("Settings and folder", error));
        }

        return ValueTask.FromResult(new CheckResult(items));
    }

    /// <inheritdoc />
    public ValueTask<IExportSession> OpenAsync(ReadOnlyMemory<byte> configuration, ExportJob job, IPluginContext context, CancellationToken cancellationToken)
    {
        var options = Read(configuration);
        if (job.Fields.Count == 0)
        {
            throw new PluginException(FailureKind.Configuration, "The export has no fields. Choose at least one.");
        }

        var folder = ExportFolder.Resolve(options.Directory, context.Grants);
        MemberFormat format = options.Format == "csv" ? new CsvFormat(options) : new JsonLinesFormat(options);
        var name = ExportFileName.Make(options.FileName, job, format.Ending);
        return job.DryRun
            ? ValueTask.FromResult<IExportSession>(new DryExportSession(format, job, name))
            : FileExportSession.OpenAsync(folder, name, format, job, options.Format, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static CsvExportOptions Read(ReadOnlyMemory<byte> configuration)
    {
        var options = PluginOptions.Read(configuration, CsvExportJson.Default.CsvExportOptions);
        OneOf("/format", "format", options.Format, ["csv", "jsonl"]);
        OneOf("/quoting", "quoting", options.Quoting, ["minimal", "all"]);
        OneOf("/delimiter", "delimiter", options.Delimiter, Delimiters);
        ExportFileName.Check(options.FileName);
        return options;
    }

    private static void OneOf(string path, string name, string value, string[] allowed)
    {
        if (!allowed.Contains(value, StringComparer.Ordinal))
        {
            throw new PluginException(FailureKind.Configuration, $"The {name} '{value}' is not known. Choose one of {string.Join(" ", allowed.Where(text => text != "\t"))}.") { ConfigurationPath = path };
        }
    }

    private static bool IsWritable(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return (File.GetAttributes(folder) & FileAttributes.ReadOnly) == 0;
        }

        const UnixFileMode Writers = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        return Environment.IsPrivilegedProcess || (File.GetUnixFileMode(folder) & Writers) != 0;
    }
}
