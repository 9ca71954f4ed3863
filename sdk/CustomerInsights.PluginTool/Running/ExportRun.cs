using System.Globalization;
using CustomerInsights.Plugins.Components;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk;
using CustomerInsights.Sdk.Testing.Running;

namespace CustomerInsights.PluginTool.Running;

/// <summary>Sends the members of the test file to an export's target, as a dry run unless told to write, and shows what became of them.</summary>
internal sealed class ExportRun(PluginStage stage, PluginContribution contribution, RecordView view)
{
    internal async Task<int> RunAsync(bool write, CancellationToken cancellationToken)
    {
        var test = stage.World.TestOf(contribution);
        if (test is not { Members.Count: > 0, Fields.Count: > 0 })
        {
            throw new ToolException("An export needs members: give some as 'fields' and 'members' in test.json, and run without --settings.");
        }

        var config = stage.World.Set(contribution);
        await using var export = await stage.Host.OpenExportAsync(stage.PluginId, contribution.Id, PluginStage.Connection, config, cancellationToken);
        if (!view.Show(await export.CheckAsync(cancellationToken)))
        {
            return ExitCodes.Failed;
        }

        var descriptor = await export.DescribeAsync(cancellationToken);
        view.Say($"takes the {descriptor.Membership.ToString().ToLowerInvariant()} membership, {descriptor.Visibility.ToString().ToLowerInvariant()}, up to {descriptor.MaxBatch} members a batch{(write ? "" : "; a dry run")}");
        FieldDescriptor[] fields = [.. test.Fields.Select(field => new FieldDescriptor(field.Key, Enum.Parse<FieldKind>(field.Value!.GetValue<string>(), ignoreCase: true)))];
        var members = test.Members.Select(member => new ExportMember(member.Id, MemberChange.Added, [.. fields.Select(field => JsonValues.Of(member.Values[field.Name], field.Kind))])).ToList();
        var job = new ExportJob("ci-plugin-run", "sample", "sample", fields, Generation: 1, TimeProvider.System.GetUtcNow()) { MemberCount = members.Count, DryRun = !write };
        await using var session = await export.OpenAsync(job, cancellationToken);
        var batch = 0;
        foreach (var part in members.Chunk(descriptor.MaxBatch))
        {
            var outcomes = await session.WriteAsync((++batch).ToString(CultureInfo.InvariantCulture), part, cancellationToken);
            view.Show(
                "members",
                ["member", .. fields.Select(field => field.Name), "outcome", "reason"],
                [.. part.Zip(outcomes, (member, outcome) => (IReadOnlyList<FieldValue>)[member.ProfileId, .. member.Values, outcome.Result.ToString(), outcome.Reason])]);
        }

        view.Say((await session.CommitAsync(cancellationToken)).Summary);
        return ExitCodes.Done;
    }
}
