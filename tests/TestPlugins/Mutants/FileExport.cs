using System.Text.Json;
using CustomerInsights.Sdk;

namespace Mutants;

/// <summary>Keeps a list of people in a file of the granted folder: all at once at the commit, or nothing.</summary>
public sealed class FileExport : IExportTarget
{
    public ExportDescriptor Describe(ReadOnlyMemory<byte> configuration) =>
        new(MutantOptions.Read(configuration).Difference ? ExportMembership.Difference : ExportMembership.Full, ExportVisibility.Transactional) { MaxBatch = 100, RequiredFields = [new FieldDescriptor("name", FieldKind.Text)] };

    public ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) =>
        new(new CheckResult([MutantOptions.Read(configuration).Is("W01") ? new CheckItem("Folder", Ok: false, "The folder is away.") : new CheckItem("Folder", Ok: true)]));

    public ValueTask<IExportSession> OpenAsync(ReadOnlyMemory<byte> configuration, ExportJob job, IPluginContext context, CancellationToken cancellationToken) =>
        new(new Session(MutantOptions.Read(configuration), job, context.Grants.FileRoots[0]));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Session : IExportSession
    {
        private readonly MutantOptions _options;
        private readonly ExportJob _job;
        private readonly string _file;
        private readonly string _draft;
        private readonly List<(string Id, string Text)> _list = [];
        private readonly HashSet<string> _batches = [];

        internal Session(MutantOptions options, ExportJob job, string folder)
        {
            (_options, _job) = (options, job);
            _file = Path.Combine(folder, "list.json");
            _draft = Path.Combine(folder, ".list.draft");
            var before = options.Difference && File.Exists(_file) ? _file : options.Is("W06") && File.Exists(_draft) ? _draft : options.Is("W07") && File.Exists(_file) ? _file : null;
            if (before is not null)
            {
                _list.AddRange(JsonSerializer.Deserialize(File.ReadAllText(before), MutantJson.Default.DictionaryStringString)!.Select(pair => (pair.Key + (options.Is("W06") ? "'" : ""), pair.Value)));
            }
        }

        public ValueTask<IReadOnlyList<MemberOutcome>> WriteAsync(string batchId, IReadOnlyList<ExportMember> members, CancellationToken cancellationToken)
        {
            if (!_batches.Add(batchId) && !_options.Is("W03"))
            {
                return new([.. members.Select(_ => MemberOutcome.Accepted)]);
            }

            IReadOnlyList<MemberOutcome> outcomes = [.. members.Select((member, i) => Take(member, i))];
            if (_options.Is("W06"))
            {
                Save(_draft);
            }

            if (_options.Is("W05"))
            {
                Save(_file);
            }

            return new(outcomes);
        }

        public ValueTask<ExportReceipt> CommitAsync(CancellationToken cancellationToken)
        {
            if (!_job.DryRun || _options.Is("W09"))
            {
                Save(_file);
            }

            return new(new ExportReceipt($"{_list.Count} people in {Path.GetFileName(_file)}"));
        }

        public ValueTask AbortAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private MemberOutcome Take(ExportMember member, int place)
        {
            var text = string.Join(' ', member.Values);
            if (text.Contains("spam", StringComparison.Ordinal) && !_options.Is("W04"))
            {
                return new MemberOutcome(MemberResult.RejectedPermanent, "The target does not take this one.");
            }

            if (_options.Is("W08") && place >= 10)
            {
                return new MemberOutcome(MemberResult.RejectedRetryable, "Ten at a time.");
            }

            if ((_options.Is("W02") && place > 0) || (_options.Is("W04") && text.Contains("spam", StringComparison.Ordinal)))
            {
                return MemberOutcome.Accepted;
            }

            var at = _list.FindIndex(one => one.Id == member.ProfileId);
            if (member.Change == MemberChange.Removed)
            {
                if (at >= 0 && !_options.Is("W07"))
                {
                    _list.RemoveAt(at);
                }
            }
            else if (at >= 0 && !_options.Is("W03"))
            {
                _list[at] = _options.Is("W11") ? _list[at] : (member.ProfileId, text);
            }
            else
            {
                _list.Add((at >= 0 ? member.ProfileId + "'" : member.ProfileId, text));
            }

            return MemberOutcome.Accepted;
        }

        private void Save(string file)
        {
            var temporary = file + ".tmp";
            File.WriteAllText(temporary, JsonSerializer.Serialize(_list.DistinctBy(one => one.Id).ToDictionary(one => one.Id, one => one.Text), MutantJson.Default.DictionaryStringString));
            File.Move(temporary, file, overwrite: true);
        }
    }
}
