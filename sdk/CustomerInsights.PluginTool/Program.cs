using System.CommandLine;
using CustomerInsights.PluginTool;
using CustomerInsights.PluginTool.Commands;

var root = new RootCommand("ci-plugin makes, tests, packs, signs and publishes plugins for Customer Insights.")
{
    NewCommand.Create(),
    TestCommand.Create(),
    RunCommand.Create(),
    ServeCommand.Create(),
    DoctorCommand.Create(),
    PackCommand.Create(),
    KeygenCommand.Create(),
    SignCommand.Create(),
    PublishLocalCommand.Create(),
};
var parsed = root.Parse(args);
var exitCode = await parsed.InvokeAsync();
return parsed.Errors.Count > 0 ? ExitCodes.WrongCommandLine : exitCode;
