// Types that more than one file uses.

@export()
@description('Tags of a resource: name and value.')
type tagSet = {
  @description('The value of a tag.')
  *: string
}

@export()
@description('Settings of the app: name and value, as the environment has them.')
type settingSet = {
  @description('The value of a setting.')
  *: string
}

@export()
@description('Who in Entra ID is given a right.')
type principal = {
  @description('Object id: of the user, the group or the managed identity (not its client id).')
  @minLength(36)
  @maxLength(36)
  id: string

  @description('What it is. Without it, an identity created a moment ago is not found and the deployment fails.')
  type: 'User' | 'Group' | 'ServicePrincipal'
}

@export()
@description('A right on a resource: an Azure role and who has it.')
type roleGrant = {
  @description('Id of the role, a GUID.')
  @minLength(36)
  @maxLength(36)
  roleId: string

  @description('Who has it.')
  principal: principal
}
