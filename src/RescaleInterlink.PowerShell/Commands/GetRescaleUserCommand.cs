using System.Management.Automation;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>The user behind the key, as the platform knows them now.</summary>
[Cmdlet(VerbsCommon.Get, "RescaleUser")]
[OutputType(typeof(UserItem))]
public sealed class GetRescaleUserCommand : RescaleCmdlet
{
    protected override async Task ProcessRecordAsync()
    {
        UserProfile user = await Session.Client.Users.GetCurrentAsync(StopToken);
        RootFolders folders = await Session.Client.Users.GetRootFoldersAsync(StopToken);
        await WriteAsync(new UserItem(user, folders, Session.ApiUrl));
    }
}
