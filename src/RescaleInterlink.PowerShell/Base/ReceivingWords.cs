using RescaleInterlink.Library.Folders;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>What a command that receives many files asks before each of them.</summary>
internal static class ReceivingWords
{
    public static string Of(PlannedAction action) => action switch
    {
        PlannedAction.Compare => "Compare with the local file",
        PlannedAction.Replace => "Replace the local file",
        PlannedAction.Rename => "Download under another name",
        PlannedAction.Skip => "Leave the local file as it is",
        PlannedAction.Refuse => "Refuse, because there is another local file",
        _ => "Download",
    };
}
